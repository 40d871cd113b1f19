"""What partners would have changed among their own listings: taken up into review, or declined with a reason."""

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin import listing_words
from webapp.admin.guard import EVERYONE, IMPORTERS, needs_role, staff
from webapp.admin.listing_form import DeclineForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.listing import COLUMNS
from webapp.domain.program_proposal import ProposalKind, ProposalStatus
from webapp.queries.listing import listings_by_id
from webapp.queries.program_proposal import get_any_proposal, list_all_proposals
from webapp.services import program_proposal as proposals
from webapp.services.listing_draft import Written
from webapp.ui.lists import chosen, cursor, page_links
from webapp.ui.refusals import tell

blueprint = Blueprint("program_proposals", __name__, url_prefix="/program-proposals")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Proposals, newest first."""
    status = chosen("status", ProposalStatus)
    with runtime().begin() as session:
        page = list_all_proposals(session, status=status, cursor=cursor())
    return render_template(
        "admin/program_proposals.html",
        page=page,
        status=status,
        looks=listing_words.PROPOSAL_LOOKS,
        kinds=listing_words.PROPOSAL_KINDS,
        **page_links(page),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One proposal: what it would change."""
    return _page(row_id, DeclineForm())


@blueprint.post("/<uuid:row_id>/take-up")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def take_up(row_id: UUID) -> ResponseReturnValue:
    """Accept a proposed listing into review."""
    built = runtime()
    try:
        with built.begin() as session:
            found = get_any_proposal(session, row_id)
            draft_id = proposals.take_up(session, built.clock, row_id, actor=staff().email)
            about = {"program_id": found.row.program_id, "status": found.row.status.value}
            write_down(session, "took up", "proposal", str(row_id), before=about, after={"draft": str(draft_id)})
    except Refused as refusal:
        tell(refusal)
        return _to(row_id)
    return redirect(url_for("admin.listing_drafts.detail", row_id=draft_id), 303)


@blueprint.post("/<uuid:row_id>/accept-removal")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def accept_removal(row_id: UUID) -> ResponseReturnValue:
    """Take the listing down that a partner asks to have taken down."""
    built = runtime()
    try:
        with built.begin() as session:
            found = get_any_proposal(session, row_id)
            stale_days = built.settings.listing_stale_days
            proposals.accept_removal(session, built.clock, row_id, actor=staff().email, stale_days=stale_days)
            about = {"program_id": found.row.program_id, "status": found.row.status.value}
            write_down(session, "accepted", "proposal", str(row_id), before=about, after={"status": "accepted"})
    except (Refused, InvalidTransition) as refusal:
        if isinstance(refusal, Refused):
            tell(refusal)
        else:
            flash("The listing is down already. Decline the proposal, saying so.", "info")
        return _to(row_id)
    flash("Taken down.", "good")
    return _to(row_id)


@blueprint.post("/<uuid:row_id>/decline")
@rate_limited("60/minute")
@needs_role(IMPORTERS)
def decline(row_id: UUID) -> ResponseReturnValue:
    """Decline a proposal, saying why."""
    built, form = runtime(), DeclineForm()
    if not form.validate_on_submit():
        return _page(row_id, form), 422
    reason = form.reason.data or ""
    try:
        with built.begin() as session:
            found = get_any_proposal(session, row_id)
            proposals.decline(session, built.clock, row_id, reason, actor=staff().email)
            about = {"program_id": found.row.program_id, "status": found.row.status.value}
            after = {"status": "declined", "answer": reason}
            write_down(session, "declined", "proposal", str(row_id), before=about, after=after)
    except Refused as refusal:
        tell(refusal)
        return _to(row_id)
    flash("Declined. The partner reads the reason.", "good")
    return _to(row_id)


def _page(row_id: UUID, form: DeclineForm) -> str:
    with runtime().begin() as session:
        found = get_any_proposal(session, row_id)
        now = listings_by_id(session, [found.row.program_id]).get(found.row.program_id)
    before = dict(Written.of(now).cells) if now else {}
    after = found.row.listing or {}
    problems = Written(after).problems() if found.row.listing else []
    return render_template(
        "admin/program_proposal.html",
        found=found,
        form=form,
        look=listing_words.PROPOSAL_LOOKS[found.row.status],
        kind=listing_words.PROPOSAL_KINDS[found.row.kind],
        is_removal=found.row.kind is ProposalKind.REMOVAL,
        is_listed=now is not None,
        problems=problems,
        changes={
            column: (before.get(column), after.get(column))
            for column in COLUMNS
            if column != "program_id" and before.get(column) != after.get(column)
        },
        may_decide=staff().may(IMPORTERS) and found.row.status is ProposalStatus.PENDING,
    )


def _to(row_id: UUID) -> Response:
    return cast(Response, redirect(url_for("admin.program_proposals.detail", row_id=row_id), 303))
