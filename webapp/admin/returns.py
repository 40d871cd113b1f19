"""Returns: what partners want to give back, what speaks for and against it, and the decision."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin import partner_words, words
from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, SEES_PEOPLE, needs_role, staff
from webapp.admin.partner_forms import DecisionForm
from webapp.admin.queue_walk import asked_queue, onward, walk_at
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.lead_return import RETURN_REASON_LABELS, ReturnStatus
from webapp.queries.lead_return import get_return, list_returns, reason_rates
from webapp.queries.leads import partner_names
from webapp.services import lead_return as returns
from webapp.ui import money_words
from webapp.ui.lists import chosen, chosen_id, cursor, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("returns", __name__, url_prefix="/returns")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Returns, newest first, and how often each reason is given."""
    partner_id, status = chosen_id("partner"), chosen("status", ReturnStatus)
    with runtime().begin() as session:
        page = list_returns(session, partner_id=partner_id, status=status, cursor=cursor())
        rates = reason_rates(session, partner_id=partner_id)
        partners = partner_names(session)
    return render_template(
        "admin/returns.html",
        page=page,
        rates=rates,
        partners=partners,
        partner_id=partner_id,
        status=status,
        looks=partner_words.RETURN_LOOKS,
        reasons=RETURN_REASON_LABELS,
        **page_links(page),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One return with its evidence. What the partner wrote may name the student, so looking at it is written down."""
    sees_people = staff().may(SEES_PEOPLE)
    with runtime().begin() as session:
        found = get_return(session, row_id)
        if sees_people:
            write_down(session, "viewed", "return", str(row_id))
    return render_template(
        "admin/return.html",
        found=found,
        walk=walk_at(row_id, "admin.returns.detail"),
        form=DecisionForm(),
        look=partner_words.RETURN_LOOKS[found.row.status],
        looks=partner_words.RETURN_LOOKS,
        reasons=RETURN_REASON_LABELS,
        money=money_words.MONEY_LABELS[found.money.status],
        amount=money_words.amount,
        lead_looks=words.LEAD_LOOKS,
        message_looks=words.MESSAGE_LOOKS,
        template_labels=words.TEMPLATE_LABELS,
        sees_people=sees_people,
        may_decide=staff().may(PARTNER_MANAGERS) and found.row.status is ReturnStatus.REQUESTED,
    )


@blueprint.post("/<uuid:row_id>/approve")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def approve(row_id: UUID) -> ResponseReturnValue:
    """Take the lead back."""
    said = DecisionForm().words.data or ""
    return _decide(
        row_id,
        "approved",
        lambda session: returns.approve(session, runtime().clock, row_id, actor=staff().email, words=said),
        "Approved. What it cost is given back, and its place in the caps is free.",
    )


@blueprint.post("/<uuid:row_id>/deny")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def deny(row_id: UUID) -> ResponseReturnValue:
    """The lead stays the partner's."""
    said = DecisionForm().words.data or ""
    return _decide(
        row_id,
        "denied",
        lambda session: returns.deny(session, runtime().clock, row_id, actor=staff().email, words=said),
        "Denied. The partner reads why.",
    )


def _decide(row_id: UUID, action: str, act: Callable[[Session], None], done: str) -> ResponseReturnValue:
    try:
        with runtime().begin() as session:
            before = get_return(session, row_id).row.status
            act(session)
            session.flush()
            after = get_return(session, row_id).row.status
            write_down(session, action, "return", str(row_id), before={"status": before}, after={"status": after})
    except Refused as refusal:
        tell(refusal)
        return redirect(url_for("admin.returns.detail", row_id=row_id, queue=asked_queue()), 303)
    flash(done, "good")
    return onward(row_id, url_for("admin.returns.detail", row_id=row_id))
