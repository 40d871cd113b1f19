"""Returns: asking for a lead to be taken back, beside what the terms still allow, and what was decided."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.lead_return import RETURN_REASON_LABELS, ReturnReason, ReturnStatus
from webapp.domain.partner_role import EVERYONE, SEES_PEOPLE, WORKS_WITH_LEADS
from webapp.partner import words
from webapp.partner.guard import member, needs_role
from webapp.partner.return_form import ReturnForm
from webapp.partner.trail import write_down
from webapp.queries.lead_return import find_return, list_returns
from webapp.queries.partner_leads import get_partner_lead
from webapp.queries.return_allowance import find_allowance
from webapp.services import lead_return
from webapp.services.lead_return import Wish
from webapp.ui.lists import chosen, cursor, page_links
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("returns", __name__)


@blueprint.get("/returns")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Returns, newest first. What was written may name a student, so only those who see people read it."""
    status = chosen("status", ReturnStatus)
    with runtime().begin() as session:
        page = list_returns(session, partner_id=member().partner_id, status=status, cursor=cursor())
    return render_template(
        "partner/returns.html",
        page=page,
        status=status,
        looks=words.RETURN_LOOKS,
        reasons=RETURN_REASON_LABELS,
        sees_people=member().role in SEES_PEOPLE,
        **page_links(page),
    )


@blueprint.get("/leads/<uuid:row_id>/return")
@needs_role(WORKS_WITH_LEADS)
def form(row_id: UUID) -> ResponseReturnValue:
    """The form, beside what the terms still allow."""
    return _page(row_id, ReturnForm())


@blueprint.post("/leads/<uuid:row_id>/return")
@rate_limited("60/minute")
@needs_role(WORKS_WITH_LEADS)
def ask(row_id: UUID) -> ResponseReturnValue:
    """Ask for it. Where the terms say so it is approved at once."""
    built, sent, who = runtime(), ReturnForm(), member()
    if not sent.validate_on_submit():
        return _page(row_id, sent), 422
    wish = Wish(ReturnReason(str(sent.reason.data)), sent.words.data or "", sent.duplicate_on.data)
    try:
        with built.begin() as session:
            get_partner_lead(session, who.partner_id, row_id)
            made = lead_return.request(
                session, built.clock, row_id, partner_id=who.partner_id, wish=wish, actor=who.email
            )
            session.flush()
            found = find_return(session, row_id)
            write_down(session, "asked_for", "return", str(made), after={"reason": wish.reason})
    except Refused as refusal:
        put_beside_fields(sent, refusal)
        return _page(row_id, sent), 422
    is_done = found is not None and found.status is ReturnStatus.APPROVED
    flash("Approved at once." if is_done else "Asked for. Our staff decide, and you read here what and why.", "good")
    return redirect(url_for("partner.leads.detail", row_id=row_id), 303)


def _page(row_id: UUID, form: ReturnForm) -> str:
    built, who = runtime(), member()
    with built.begin() as session:
        lead = get_partner_lead(session, who.partner_id, row_id)
        allowance = find_allowance(session, who.partner_id, row_id)
    if allowance is None:
        raise NotFound("A lead that was not delivered cannot be returned.")
    return render_template(
        "partner/return.html",
        lead=lead,
        form=form,
        allowance=allowance,
        automatic=[label for reason, label in RETURN_REASON_LABELS.items() if reason in allowance.automatic],
        now=built.clock.now(),
    )
