"""What is on a shortlist."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import ShortlistedProgram


def shortlisted_ids(session: Session, draft_id: UUID) -> tuple[str, ...]:
    """The ids of the programs on the shortlist of a draft, in the student's order."""
    rows = session.scalars(
        select(ShortlistedProgram.program_id)
        .where(ShortlistedProgram.draft_id == draft_id)
        .order_by(ShortlistedProgram.position)
    )
    return tuple(rows)
