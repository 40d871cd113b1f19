"""Proposals of partners for their own listings: kept, and decided on by staff. None is published without review."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.listing import Listing
from webapp.domain.listing_row import Fault, ListingError, parse_row, to_row
from webapp.domain.plain_text import has_control_character
from webapp.domain.program_proposal import NOTE_LIMIT, PROPOSAL_LIFECYCLE, ProposalKind, ProposalStatus
from webapp.models import Institution, ListingDraft, ListingStatus, PartnerInstitution, Program, ProgramProposal
from webapp.services.listing import archive
from webapp.services.listing_draft import Written, begin, send_to_review

MOST_PENDING: Final = 1000


def propose_listing(
    session: Session,
    clock: Clock,
    *,
    partner_id: UUID,
    listing: Mapping[str, str],
    note: str | None,
    test: bool,
    actor: str,
) -> UUID:
    """Propose a listing, as a row of the listing file in text: a new one, or in place of the one with its id.

    Refused with every fault, and where the institution is not one the partner speaks for.
    """
    try:
        read = parse_row(listing)
    except ListingError as error:
        raise Refused(*(_problem(fault) for fault in error.faults)) from None
    problems = [*_note_problems(note), *_strangeness(session, partner_id, read)]
    if problems:
        raise Refused(*problems)
    row = {column: text for column, text in to_row(read).items() if text}
    return _add(session, clock, partner_id, ProposalKind.LISTING, read.program_id, row, note, test, actor)


def propose_removal(
    session: Session, clock: Clock, *, partner_id: UUID, program_id: str, note: str | None, test: bool, actor: str
) -> UUID:
    """Propose that a listing be taken down. Refused unless it is published and the partner speaks for it."""
    problems = _note_problems(note)
    owner, published = _standing(session, program_id)
    if owner != partner_id or not published:
        problems.append(Problem("program_id", "None of your published listings has it.", "List yours with mine=true."))
    if problems:
        raise Refused(*problems)
    return _add(session, clock, partner_id, ProposalKind.REMOVAL, program_id, None, note, test, actor)


def withdraw_proposal(session: Session, clock: Clock, *, partner_id: UUID, proposal_id: UUID, test: bool) -> None:
    """The partner takes a proposal back. NotFound unless it is its own; Refused when it is decided already."""
    row = session.get(ProgramProposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None or row.partner_id != partner_id or row.test is not test:
        raise NotFound("There is no such proposal.")
    if row.status is ProposalStatus.WITHDRAWN:
        return
    if not PROPOSAL_LIFECYCLE.allows(row.status, ProposalStatus.WITHDRAWN):
        raise Refused(Problem("status", f"The proposal is {row.status} already.", "Make a new proposal instead."))
    row.status, row.decided_at = ProposalStatus.WITHDRAWN, clock.now()


def take_up(session: Session, clock: Clock, proposal_id: UUID, *, actor: str) -> UUID:
    """Accept a proposed listing into review: the draft it becomes, which still is to be published.

    Where it could not be published as it stands it stays a draft, to be mended. The proposal counts as accepted once
    that is published. Refused when it is decided, when it is no listing, or when somebody is editing that listing.
    """
    row = _pending(session, proposal_id)
    if row.listing is None:
        raise Refused(Problem("kind", "It asks that a listing be taken down.", "Accept or decline that."))
    busy = session.scalars(select(ListingDraft).where(ListingDraft.program_id == row.program_id)).first()
    if busy is not None and busy.proposal_id != row.id:
        raise Refused(
            Problem("program_id", f"{busy.made_by} is editing that listing.", "Publish or throw away that draft first.")
        )
    if busy is not None:
        return busy.id
    written = Written(row.listing)
    draft_id = begin(session, clock, written, program_id=row.program_id, actor=actor, proposal_id=row.id)
    if not written.problems():
        send_to_review(session, clock, draft_id)
    return draft_id


def accept_removal(session: Session, clock: Clock, proposal_id: UUID, *, actor: str, stale_days: int) -> None:
    """Take down the listing that a partner asks to have taken down. Refused when it asks for another thing."""
    row = _pending(session, proposal_id)
    if row.kind is not ProposalKind.REMOVAL:
        raise Refused(Problem("kind", "It proposes a listing.", "Take it up into review."))
    archive(session, clock, row.program_id, stale_days=stale_days)
    _decide(row, clock, ProposalStatus.ACCEPTED, actor)


def decline(session: Session, clock: Clock, proposal_id: UUID, reason: str, *, actor: str) -> None:
    """Decline a proposal; the partner reads the reason. A draft that it became goes."""
    row = _pending(session, proposal_id)
    _decide(row, clock, ProposalStatus.DECLINED, actor)
    row.answer = reason[:NOTE_LIMIT]
    session.execute(delete(ListingDraft).where(ListingDraft.proposal_id == row.id))


def _pending(session: Session, proposal_id: UUID) -> ProgramProposal:
    row = session.get(ProgramProposal, proposal_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such proposal.")
    if row.status is not ProposalStatus.PENDING:
        raise Refused(Problem("status", f"The proposal is {row.status} already.", ""))
    return row


def _decide(row: ProgramProposal, clock: Clock, status: ProposalStatus, actor: str) -> None:
    row.status = PROPOSAL_LIFECYCLE.check(row.status, status)
    row.decided_at, row.decided_by = clock.now(), actor


def _add(
    session: Session,
    clock: Clock,
    partner_id: UUID,
    kind: ProposalKind,
    program_id: str,
    listing: dict[str, str] | None,
    note: str | None,
    test: bool,
    actor: str,
) -> UUID:
    pending = session.execute(
        select(func.count()).where(
            ProgramProposal.partner_id == partner_id, ProgramProposal.status == ProposalStatus.PENDING
        )
    ).scalar_one()
    if pending >= MOST_PENDING:
        raise Refused(
            Problem("proposal", f"{MOST_PENDING} of yours wait already.", "Wait for a decision, or withdraw some.")
        )
    row = ProgramProposal(
        id=new_id(),
        partner_id=partner_id,
        kind=kind,
        program_id=program_id,
        listing=listing,
        note=note,
        test=test,
        status=ProposalStatus.PENDING,
        proposed_by=actor,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def _strangeness(session: Session, partner_id: UUID, listing: Listing) -> list[Problem]:
    """Why the listing is not the partner's to propose."""
    names = session.scalars(
        select(Institution.name)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .where(PartnerInstitution.partner_id == partner_id)
        .order_by(Institution.name)
    ).all()
    problems = []
    if listing.institution.casefold() not in {name.casefold() for name in names}:
        told = ", ".join(names[:5]) or "none"
        problems.append(Problem("listing.institution", "You do not speak for it.", f"Yours: {told}."))
    owner, _ = _standing(session, listing.program_id)
    if owner not in (None, partner_id):
        problems.append(Problem("listing.program_id", "It is taken.", "Use another id."))
    return problems


def _standing(session: Session, program_id: str) -> tuple[UUID | None, bool]:
    """Who speaks for the program of this id, and whether it is published. A program nobody speaks for is nobody's."""
    row = session.execute(
        select(PartnerInstitution.partner_id, Program.status)
        .select_from(Program)
        .outerjoin(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
        .where(Program.program_id == program_id)
    ).first()
    if row is None:
        return None, False
    return row.partner_id or UUID(int=0), row.status is ListingStatus.PUBLISHED


def _note_problems(note: str | None) -> list[Problem]:
    if note is not None and has_control_character(note.replace("\n", " ").replace("\t", " ").replace("\r", " ")):
        return [Problem("note", "It holds a control character.", "Write plain text.")]
    if note is not None and len(note) > NOTE_LIMIT:
        return [Problem("note", f"It has {len(note)} characters.", f"Write at most {NOTE_LIMIT}.")]
    return []


def _problem(fault: Fault) -> Problem:
    """A fault without the value, which an answer does not repeat."""
    what = "This value cannot be used." if fault.value else f"It {fault.problem}."
    return Problem(f"listing.{fault.column[:40]}", what, f"{fault.remedy[:1].upper()}{fault.remedy[1:]}.")
