"""Proposals for listings: a partner's own, and what became of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.program_proposal import ProposalKind, ProposalStatus
from webapp.models import ListingDraft, Partner, ProgramProposal
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(ProgramProposal.created_at, ProgramProposal.id)


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal. `answer` is what staff said to it."""

    id: UUID
    kind: ProposalKind
    program_id: str
    listing: dict[str, str] | None
    note: str | None
    status: ProposalStatus
    test: bool
    proposed_by: str
    created_at: datetime
    decided_at: datetime | None
    answer: str | None


def list_proposals(
    session: Session, *, partner_id: UUID, test: bool, status: ProposalStatus | None, cursor: str | None, size: int
) -> Page[ProposalRow]:
    """A partner's proposals, newest first."""
    statement = _rows().where(ProgramProposal.partner_id == partner_id, ProgramProposal.test.is_(test))
    if status is not None:
        statement = statement.where(ProgramProposal.status == status)
    return read_page(session, statement, _ORDER, lambda row: ProposalRow(*row[:11]), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class StaffProposal:
    """A proposal with whose it is, who decided it, and the draft that it became."""

    row: ProposalRow
    partner_id: UUID
    partner: str
    decided_by: str | None
    draft_id: UUID | None


def list_all_proposals(session: Session, *, status: ProposalStatus | None, cursor: str | None) -> Page[StaffProposal]:
    """Proposals of every partner, newest first. Test data is left out."""
    statement = _staff_rows().where(ProgramProposal.test.is_(False))
    if status is not None:
        statement = statement.where(ProgramProposal.status == status)
    return read_page(session, statement, _ORDER, _staff_proposal, cursor=cursor)


def get_any_proposal(session: Session, proposal_id: UUID) -> StaffProposal:
    """One proposal, whosever it is. NotFound when there is none."""
    row = session.execute(_staff_rows().where(ProgramProposal.id == proposal_id)).first()
    if row is None:
        raise NotFound("There is no such proposal.")
    return _staff_proposal(row)


def _staff_rows() -> Any:
    return (
        _rows()
        .add_columns(ProgramProposal.partner_id, Partner.legal_name, ProgramProposal.decided_by, ListingDraft.id)
        .join(Partner, Partner.id == ProgramProposal.partner_id)
        .outerjoin(ListingDraft, ListingDraft.proposal_id == ProgramProposal.id)
    )


def _staff_proposal(row: Any) -> StaffProposal:
    return StaffProposal(ProposalRow(*row[:11]), *row[11:15])


def get_proposal(session: Session, proposal_id: UUID, *, partner_id: UUID, test: bool) -> ProposalRow:
    """One proposal. NotFound unless it is the partner's own."""
    row = session.execute(
        _rows().where(
            ProgramProposal.id == proposal_id,
            ProgramProposal.partner_id == partner_id,
            ProgramProposal.test.is_(test),
        )
    ).first()
    if row is None:
        raise NotFound("There is no such proposal.")
    return ProposalRow(*row)


def _rows() -> Any:
    return select(
        ProgramProposal.id,
        ProgramProposal.kind,
        ProgramProposal.program_id,
        ProgramProposal.listing,
        ProgramProposal.note,
        ProgramProposal.status,
        ProgramProposal.test,
        ProgramProposal.proposed_by,
        ProgramProposal.created_at,
        ProgramProposal.decided_at,
        ProgramProposal.answer,
    )
