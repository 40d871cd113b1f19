"""The listings as staff look through them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.search_words import SearchWords
from webapp.models import Institution, ListingStatus, Program
from webapp.queries.paging import Key, Order, Page, count_up_to, read_page
from webapp.queries.search import programs_with

_ORDER = Order((Key(Program.program_id, str),), descending=False)


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """One listing with where it comes from."""

    id: UUID
    program_id: str
    name: str
    institution: str
    credential: str
    cip: str
    status: str
    is_demo: bool
    tuition_total_cents: int | None
    source: str | None
    verified_on: date | None


def list_programs(
    session: Session, *, cursor: str | None, text: str | None = None, status: str | None = None
) -> Page[ProgramRow]:
    """Listings by id; with `text`, that of this id, and those with its words in their or the institution's name."""
    statement: Any = select(
        Program.id,
        Program.program_id,
        Program.name,
        Institution.name,
        Program.credential,
        Program.cip,
        Program.status,
        Program.is_demo,
        Program.tuition_total_cents,
        Program.source,
        Program.verified_on,
    ).join(Institution, Institution.id == Program.institution_id)
    statement = _narrowed(statement, text, status)
    return read_page(session, statement, _ORDER, lambda row: ProgramRow(*row[:11]), cursor=cursor)


def count_programs(session: Session, *, text: str | None, status: str | None, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    statement = select(Program.id).join(Institution, Institution.id == Program.institution_id)
    return count_up_to(session, _narrowed(statement, text, status), most)


def _narrowed(statement: Any, text: str | None, status: str | None) -> Any:
    if text:
        words = programs_with(SearchWords(text))
        statement = statement.where(Program.id.in_(words) if words is not None else Program.program_id == text)
    if status is not None:
        statement = statement.where(Program.status == ListingStatus(status))
    return statement
