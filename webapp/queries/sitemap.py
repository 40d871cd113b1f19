"""The published listings whose pages search engines may know. Invented ones are not among them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.models import ListingStatus, Program

_LISTED = (Program.status == ListingStatus.PUBLISHED, ~Program.is_demo)


def count_listed(session: Session) -> int:
    """How many there are."""
    return session.execute(select(func.count()).where(*_LISTED)).scalar_one()


def list_listed(session: Session, *, first: int, most: int) -> Iterator[tuple[str, datetime]]:
    """Program id and last change of at most `most` listings after the `first` ones, by program id, streamed."""
    rows = session.execute(
        select(Program.program_id, Program.updated_at)
        .where(*_LISTED)
        .order_by(Program.program_id)
        .offset(first)
        .limit(most)
        .execution_options(yield_per=5000)
    )
    return ((program_id, changed_at) for program_id, changed_at in rows)
