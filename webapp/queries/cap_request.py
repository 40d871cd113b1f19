"""Requests about caps that wait for a partner's owner."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.cap import CapTerms
from webapp.domain.cap_request import CapRequestStatus
from webapp.models import Cap, CapRequest, Program, ProgramGroup


@dataclass(frozen=True, slots=True)
class CapRequestRow:
    """One open request: the cap as it is now and as it is to be (None: removed). `is_gone`: it was removed since."""

    id: UUID
    cap_id: UUID
    terms: CapTerms
    wanted: CapTerms | None
    about: str
    words: str | None
    asked_by: str
    created_at: datetime
    is_gone: bool


def list_open_requests(session: Session, partner_id: UUID) -> tuple[CapRequestRow, ...]:
    """Those that wait, the oldest first. A cap has one at most, so it is one page."""
    rows = session.execute(
        select(CapRequest, Cap, ProgramGroup.name, Program.name)
        .join(Cap, Cap.id == CapRequest.cap_id)
        .outerjoin(ProgramGroup, ProgramGroup.id == Cap.group_id)
        .outerjoin(Program, Program.program_id == Cap.program_id)
        .where(CapRequest.partner_id == partner_id, CapRequest.status == CapRequestStatus.OPEN)
        .order_by(CapRequest.created_at, CapRequest.id)
    )
    return tuple(_row(made, cap, group or program or cap.program_id or "") for made, cap, group, program in rows)


def count_open_requests(session: Session, partner_id: UUID) -> int:
    """How many wait."""
    return session.execute(
        select(func.count()).where(CapRequest.partner_id == partner_id, CapRequest.status == CapRequestStatus.OPEN)
    ).scalar_one()


def _row(made: CapRequest, cap: Cap, about: str) -> CapRequestRow:
    wanted = None
    if made.most is not None and made.when_full is not None:
        wanted = replace(cap.terms, limit=made.most, when_full=made.when_full, currency=made.currency)
    return CapRequestRow(
        id=made.id,
        cap_id=cap.id,
        terms=cap.terms,
        wanted=wanted,
        about=about,
        words=made.words,
        asked_by=made.asked_by,
        created_at=made.created_at,
        is_gone=cap.removed_at is not None,
    )
