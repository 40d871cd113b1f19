"""The shortlist: programs a student keeps in sight, in their own order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.models import Draft, ListingStatus, Program, ShortlistedProgram

MOST = 30
"""Programs on one shortlist: more is no longer a short list."""


def add(session: Session, clock: Clock, draft_id: UUID, program_id: str) -> None:
    """Put a published program at the end. One that is on the list stays where it is. Refused when the list is full."""
    entries = _locked(session, draft_id)
    if any(entry.program_id == program_id for entry in entries):
        return
    published = select(Program.id).where(Program.program_id == program_id, Program.status == ListingStatus.PUBLISHED)
    if session.execute(published).first() is None:
        raise NotFound("There is no such program.")
    if len(entries) >= MOST:
        raise Refused(
            Problem(
                "shortlist", f"Your shortlist has {MOST} programs, which is the most it holds.", "Remove one first."
            )
        )
    last = entries[-1].position if entries else 0
    session.add(_entry(draft_id, program_id, last + 1, clock.now()))


def remove(session: Session, draft_id: UUID, program_id: str) -> None:
    """Take a program off the list. Twice is the same as once."""
    session.execute(
        delete(ShortlistedProgram).where(
            ShortlistedProgram.draft_id == draft_id, ShortlistedProgram.program_id == program_id
        )
    )


def move(session: Session, draft_id: UUID, program_id: str, *, up: bool) -> None:
    """Exchange a program with its neighbour above or below; at the end of the list nothing changes."""
    entries = _locked(session, draft_id)
    at = next((index for index, entry in enumerate(entries) if entry.program_id == program_id), None)
    if at is None:
        raise NotFound("It is not on the shortlist.")
    other = at - 1 if up else at + 1
    if 0 <= other < len(entries):
        entries[at].position, entries[other].position = entries[other].position, entries[at].position


def _locked(session: Session, draft_id: UUID) -> list[ShortlistedProgram]:
    """The list in order. The draft is locked, so that two tabs take turns."""
    session.execute(select(Draft.id).where(Draft.id == draft_id).with_for_update()).scalar_one()
    rows = session.scalars(
        select(ShortlistedProgram)
        .where(ShortlistedProgram.draft_id == draft_id)
        .order_by(ShortlistedProgram.position)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _entry(draft_id: UUID, program_id: str, position: int, now: datetime) -> ShortlistedProgram:
    return ShortlistedProgram(draft_id=draft_id, program_id=program_id, position=position, added_at=now)
