"""The review queue: leads that wait for a person of ours, why, and what may be done about each."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, SENDERS, needs_role, staff
from webapp.admin.leads import back_from, held_acts
from webapp.admin.queue_walk import LABELS, asked_queue
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.lead import AWAITING_CONFIRMATION, REASONS, EndedByStaff, LeadStatus
from webapp.domain.staff_queue import HELD_QUEUES, queue_of
from webapp.queries.leads import lead_state, partner_names
from webapp.queries.review import ReviewRow, count_review_by_reason, list_review
from webapp.services import lead as leads
from webapp.ui.lists import chosen_id, cursor, kept_args, page_links

blueprint = Blueprint("review", __name__, url_prefix="/review")

_REASONS = sorted(REASONS[LeadStatus.HELD_REVIEW] - {AWAITING_CONFIRMATION})


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """The leads to look at, the oldest first."""
    partner_id, asked, queue = chosen_id("partner"), request.args.get("reason", ""), asked_queue()
    among = HELD_QUEUES.get(queue) if queue else None
    reason = asked if asked in _REASONS else None
    with runtime().begin() as session:
        page = list_review(session, partner_id=partner_id, reason=reason, among=among, cursor=cursor())
        counts = count_review_by_reason(session, partner_id)
        partners = partner_names(session)
    return render_template(
        "admin/review.html",
        page=page,
        counts=counts,
        queue=queue if among is not None else None,
        label=LABELS[queue] if queue and among is not None else None,
        queue_of=queue_of,
        acts=held_acts() if staff().may(SENDERS) else [],
        bulk_url=url_for("admin.leads.bulk", status=LeadStatus.HELD_REVIEW.value, **kept_args()),
        partners=partners,
        partner_id=partner_id,
        reason=reason,
        reasons=[(code, words.reason_words(code)) for code in _REASONS if among is None or code in among],
        why=why,
        level_words=words.LEVEL_WORDS,
        endings=words.ENDING_WORDS,
        may_act=staff().may(SENDERS),
        **page_links(page),
    )


@blueprint.post("/<uuid:row_id>/end")
@rate_limited("60/minute")
@needs_role(SENDERS)
def end(row_id: UUID) -> ResponseReturnValue:
    """End a lead that was held for review, with a reason; the student is told."""
    built = runtime()
    with built.begin() as session:
        before = lead_state(session, row_id)
    try:
        why = EndedByStaff(request.form.get("why", ""))
    except ValueError:
        flash("Choose why it ends. Nothing was changed.", "error")
        return back_from(row_id)
    try:
        with built.begin() as session:
            leads.end_review(session, built.clock, row_id, why)
            session.flush()
            write_down(session, "ended", "lead", str(row_id), before=before, after=lead_state(session, row_id))
    except (Refused, InvalidTransition):
        flash("This lead is no longer held for review, so nothing was changed.", "error")
    else:
        built.wake_up.nudge()
        flash("Ended. The school got nothing, and the student is told why.", "good")
    return back_from(row_id)


def why(row: ReviewRow) -> str:
    """Why a lead is held, as one or two sentences."""
    told = words.reason_words(row.reason) + words.detail_words(row.detail)
    if row.same_as is not None and row.reason.startswith("duplicate"):
        same = ", ".join(words.MATCH_WORDS[kind] for kind in row.same_as.matched_by)
        told += f" Same {same}."
    return told
