"""Sending again: what failed, and what was delivered and lost; one, a range, or all since a time."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.context import rate_limited, runtime
from webapp.domain.delivery import Side
from webapp.domain.errors import Refused
from webapp.domain.method_words import KINDS
from webapp.domain.partner_role import EVERYONE, SETS_DELIVERY
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.partner.words import reason_words
from webapp.queries.delivery_method import list_methods
from webapp.queries.failed_deliveries import Again, Found, find_again, list_dead_letters
from webapp.queries.partner_delivery import get_partner_delivery
from webapp.services.redelivery import MOST_AT_ONCE, again_for, redeliver, replay, replay_each
from webapp.ui.lists import cursor, page_links
from webapp.ui.redelivery_form import RedeliveryForm, Span, redelivery_form, sent_words
from webapp.ui.refusals import tell

blueprint = Blueprint("redeliveries", __name__, url_prefix="/send-again")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """What failed and was not sent again, and the form for several."""
    since = runtime().clock.now() - timedelta(days=1)
    return _page(_form(formdata=None, data={"what": "failed", "since": since}))


@blueprint.post("")
@rate_limited("30/minute;200/hour")
@needs_role(SETS_DELIVERY)
def several() -> ResponseReturnValue:
    """Say what would be sent again; and send it, when the button for that was pressed."""
    built, form = runtime(), _form()
    if not form.validate_on_submit():
        return _page(form), 422
    span = form.span(built.clock.now())
    wanted = Again(member().partner_id, span.since, span.until, delivered=span.delivered, method_id=span.method_id)
    with built.begin() as session:
        found = find_again(session, wanted, built.clock.now(), most=MOST_AT_ONCE)
    if request.form.get("do") != "send":
        return _page(form, found, span)
    action = "had handed over again" if span.delivered else "had sent again"

    def note(session: Session, delivery_id: UUID) -> None:
        write_down(session, action, "delivery", str(delivery_id))

    done = replay_each(
        built.begin, built.clock, found.first, by=Side.PARTNER, again=again_for(span.delivered), note=note
    )
    built.wake_up.nudge()
    left = found.can_be_sent - len(found.first)
    flash(sent_words(len(done.sent), [words for _, words in done.refused], left), "good" if done.sent else "warm")
    return redirect(url_for("partner.redeliveries.index"), 303)


@blueprint.post("/<uuid:row_id>")
@rate_limited("60/minute")
@needs_role(SETS_DELIVERY)
def one(row_id: UUID) -> ResponseReturnValue:
    """Send one again: a failed one starts over, a delivered one is handed over once more."""
    built = runtime()
    try:
        with built.begin() as session:
            found = get_partner_delivery(session, member().partner_id, row_id)
            is_delivered = found.status == "delivered"
            (redeliver if is_delivered else replay)(session, built.clock, row_id, by=Side.PARTNER)
            action = "had handed over again" if is_delivered else "had sent again"
            write_down(session, action, "delivery", str(row_id))
    except Refused as refusal:
        tell(refusal)
    else:
        built.wake_up.nudge()
        flash("It is sent again, with a full set of tries and the same webhook-id.", "good")
    return redirect(url_for("partner.deliveries.detail", row_id=row_id), 303)


def _form(**kwargs: object) -> RedeliveryForm:
    with runtime().begin() as session:
        methods = list_methods(session, member().partner_id)
    named = [(str(each.id), each.name or each.shown_url or KINDS[each.kind].label) for each in methods]
    return redelivery_form(named, **kwargs)


def _page(form: RedeliveryForm, found: Found | None = None, span: Span | None = None) -> str:
    built = runtime()
    with built.begin() as session:
        page = list_dead_letters(session, built.clock.now(), cursor=cursor(), partner_id=member().partner_id)
    return render_template(
        "partner/redeliveries.html",
        form=form,
        found=found,
        span=span,
        most=MOST_AT_ONCE,
        page=page,
        kinds=KINDS,
        reason_words=reason_words,
        may_send=member().role in SETS_DELIVERY,
        **page_links(page),
    )
