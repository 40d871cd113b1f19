"""Views of lists that staff keep under a name, and what they chose for each list."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.staff_list import LONGEST_NAME, MOST_VIEWS, StaffList, kept_filters
from webapp.models import ListChoice, SavedView


def save(
    session: Session,
    staff_id: UUID,
    which: StaffList,
    name: str,
    asked: Mapping[str, str],
    *,
    shared: bool = False,
) -> UUID:
    """Keep what `asked` narrows the list by under `name`; the id. Refused for a name that is none, or taken."""
    name = _named(session, staff_id, which, name)
    count = session.execute(
        select(func.count()).select_from(SavedView).where(SavedView.staff_id == staff_id, SavedView.list == which)
    ).scalar_one()
    if count >= MOST_VIEWS:
        raise Refused(Problem("name", f"You keep {MOST_VIEWS} views of this list.", "Delete one first."))
    view = SavedView(
        id=new_id(), staff_id=staff_id, list=which, name=name, filters=kept_filters(which, asked), shared=shared
    )
    session.add(view)
    session.flush()
    return view.id


def change(session: Session, staff_id: UUID, view_id: UUID, *, name: str, shared: bool) -> None:
    """Rename a view of one's own, and share it or not. NotFound for another's; Refused for a name that is taken."""
    view = _own(session, staff_id, view_id)
    if name.strip() != view.name:
        view.name = _named(session, staff_id, view.list, name)
    view.shared = shared
    session.flush()


def delete(session: Session, staff_id: UUID, view_id: UUID) -> None:
    """Forget a view of one's own; whoever opened the list with it sees it whole again. NotFound for another's."""
    session.delete(_own(session, staff_id, view_id))
    session.flush()


def open_with(session: Session, staff_id: UUID, which: StaffList, view_id: UUID | None) -> None:
    """Open the list with that view from now on; None: whole. NotFound for a view that one may not see."""
    if view_id is not None:
        view = session.get(SavedView, view_id)
        if view is None or view.list is not which or not (view.shared or view.staff_id == staff_id):
            raise NotFound("There is no such view.")
    _choose(session, staff_id, which, default_view_id=view_id)


def hide_columns(session: Session, staff_id: UUID, which: StaffList, hidden: Iterable[str]) -> None:
    """Leave those columns out of the list from now on."""
    _choose(session, staff_id, which, hidden=sorted(hidden))


def _choose(session: Session, staff_id: UUID, which: StaffList, **values: object) -> None:
    session.execute(
        insert(ListChoice)
        .values(staff_id=staff_id, list=which, **values)
        .on_conflict_do_update(index_elements=["staff_id", "list"], set_=values)
    )
    session.expire_all()


def _own(session: Session, staff_id: UUID, view_id: UUID) -> SavedView:
    view = session.get(SavedView, view_id, with_for_update=True)
    if view is None or view.staff_id != staff_id:
        raise NotFound("There is no such view.")
    return view


def _named(session: Session, staff_id: UUID, which: StaffList, name: str) -> str:
    # One who presses twice waits here for the first press, whose name is taken then.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"saved views {staff_id}", 0))))
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise Refused(Problem("name", f"A view has a name of up to {LONGEST_NAME} letters."))
    taken = exists().where(SavedView.staff_id == staff_id, SavedView.list == which, SavedView.name == name)
    if session.execute(select(taken)).scalar():
        raise Refused(Problem("name", f"You have a view “{name}” of this list.", "Choose another name."))
    return name
