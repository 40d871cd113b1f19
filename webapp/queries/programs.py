"""The listings as staff look through them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import Institution, ListingStatus, Program
from webapp.queries.paging import Key, Order, Page, count_up_to, read_page

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
    """Listings by id; with `text`, those that have it in their id, name or institution's name."""
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
        held = [column.icontains(text, autoescape=True) for column in (Program.program_id, Program.name)]
        statement = statement.where(or_(*held, Institution.name.icontains(text, autoescape=True)))
    if status is not None:
        statement = statement.where(Program.status == ListingStatus(status))
    return statement
