"""The saved views of a list, and what somebody chose for it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.domain.errors import NotFound
from webapp.domain.staff_list import StaffList
from webapp.models import ListChoice, SavedView, StaffAccount


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One saved view as one reader sees it: theirs (`own`), or shared by `maker`."""

    id: UUID
    list: StaffList
    name: str
    filters: dict[str, str]
    shared: bool
    own: bool
    maker: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody has of one list: the views they may see, by name, the columns they leave out, and the view it opens
    with."""

    views: tuple[ViewRow, ...]
    hidden: frozenset[str]
    default_view_id: UUID | None


def find_choice(session: Session, staff_id: UUID, which: StaffList) -> Choice:
    """What somebody has of a list, by one statement: it is asked for with every page of it."""
    reader, maker = aliased(StaffAccount), aliased(StaffAccount)
    rows = session.execute(
        select(ListChoice.hidden, ListChoice.default_view_id, SavedView, maker.email)
        .select_from(reader)
        .outerjoin(ListChoice, and_(ListChoice.staff_id == reader.id, ListChoice.list == which))
        .outerjoin(SavedView, and_(SavedView.list == which, or_(SavedView.staff_id == reader.id, SavedView.shared)))
        .outerjoin(maker, maker.id == SavedView.staff_id)
        .where(reader.id == staff_id)
        .order_by(func.lower(SavedView.name), SavedView.id)
    ).all()
    views = tuple(
        ViewRow(view.id, view.list, view.name, dict(view.filters), view.shared, view.staff_id == staff_id, email)
        for _, _, view, email in rows
        if view is not None
    )
    hidden, default = (rows[0][0], rows[0][1]) if rows else (None, None)
    return Choice(views, frozenset(hidden or ()), default)


def view_state(session: Session, view_id: UUID) -> dict[str, Any]:
    """What the audit log keeps of a view."""
    view = session.get(SavedView, view_id, populate_existing=True)
    if view is None:
        raise NotFound("There is no such view.")
    return {"list": view.list, "name": view.name, "filters": dict(view.filters), "shared": view.shared}
