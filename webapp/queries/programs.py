"""The listings as staff look through them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import Institution, Program
from webapp.queries.paging import Key, Order, Page, read_page

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


def list_programs(session: Session, *, cursor: str | None, text: str | None = None) -> Page[ProgramRow]:
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
    if text:
        held = [column.icontains(text, autoescape=True) for column in (Program.program_id, Program.name)]
        statement = statement.where(or_(*held, Institution.name.icontains(text, autoescape=True)))
    return read_page(session, statement, _ORDER, lambda row: ProgramRow(*row[:11]), cursor=cursor)
