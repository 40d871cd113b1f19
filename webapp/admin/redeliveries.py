"""Sending again for a partner: what failed, and what was delivered and lost; one, a range, or all since a time."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin.delivery_methods import school_name
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.trail import write_down
from webapp.admin.words import reason_words
from webapp.context import rate_limited, runtime
from webapp.domain.delivery import Side
from webapp.domain.method_words import KINDS
from webapp.queries.deliveries import get_delivery
from webapp.queries.delivery_method import list_methods
from webapp.queries.failed_deliveries import Again, Found, find_again, list_dead_letters
from webapp.queries.leads import lead_state, partner_names
from webapp.services.redelivery import MOST_AT_ONCE, again_for, replay_each
from webapp.ui.lists import chosen_id, cursor, page_links
from webapp.ui.redelivery_form import RedeliveryForm, Span, redelivery_form, sent_words

blueprint = Blueprint("redeliveries", __name__)


@blueprint.get("/send-again")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """What failed and was not sent again, of all partners or of one."""
    return _list(chosen_id("partner"))


@blueprint.get("/partners/<uuid:row_id>/send-again")
@needs_role(EVERYONE)
def of_partner(row_id: UUID) -> ResponseReturnValue:
    """The same of one partner, with the form for several."""
    since = runtime().clock.now() - timedelta(days=1)
    return _page(row_id, _form(row_id, formdata=None, data={"what": "failed", "since": since}))


@blueprint.post("/partners/<uuid:row_id>/send-again")
@rate_limited("30/minute;200/hour")
@needs_role(SENDERS)
def several(row_id: UUID) -> ResponseReturnValue:
    """Say what would be sent again; and send it, when the button for that was pressed."""
    school_name(row_id)
    built, form = runtime(), _form(row_id)
    if not form.validate_on_submit():
        return _page(row_id, form), 422
    span = form.span(built.clock.now())
    wanted = Again(row_id, span.since, span.until, delivered=span.delivered, method_id=span.method_id)
    with built.begin() as session:
        found = find_again(session, wanted, built.clock.now(), most=MOST_AT_ONCE)
    if request.form.get("do") != "send":
        return _page(row_id, form, found, span)
    action = "redelivered" if span.delivered else "replayed"

    def note(session: Session, delivery_id: UUID) -> None:
        session.flush()
        after = lead_state(session, get_delivery(session, delivery_id).row.lead_id)
        write_down(session, action, "delivery", str(delivery_id), after=after)

    done = replay_each(built.begin, built.clock, found.first, by=Side.STAFF, again=again_for(span.delivered), note=note)
    built.wake_up.nudge()
    left = found.can_be_sent - len(found.first)
    flash(sent_words(len(done.sent), [words for _, words in done.refused], left), "good" if done.sent else "warm")
    return redirect(url_for("admin.redeliveries.of_partner", row_id=row_id), 303)


def _form(row_id: UUID, **kwargs: object) -> RedeliveryForm:
    with runtime().begin() as session:
        methods = list_methods(session, row_id)
    named = [(str(each.id), each.name or each.shown_url or KINDS[each.kind].label) for each in methods]
    return redelivery_form(named, **kwargs)


def _list(partner_id: UUID | None, **more: object) -> str:
    built = runtime()
    with built.begin() as session:
        page = list_dead_letters(session, built.clock.now(), cursor=cursor(), partner_id=partner_id)
        partners = partner_names(session)
    return render_template(
        "admin/redeliveries.html",
        page=page,
        partner_id=partner_id,
        partners=partners,
        kinds=KINDS,
        reason_words=reason_words,
        may_send=staff().may(SENDERS),
        **page_links(page),
        **more,
    )


def _page(row_id: UUID, form: RedeliveryForm, found: Found | None = None, span: Span | None = None) -> str:
    return _list(row_id, form=form, found=found, span=span, most=MOST_AT_ONCE, school=school_name(row_id))
