"""Lists as each member of staff wants them: views under a name with their counts, and the columns that are shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound as PageNotFound

from webapp.admin.guard import EVERYONE, needs_role, staff
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.staff_list import FILTERS, StaffList, kept_filters
from webapp.queries.saved_view import Choice, find_choice, view_state
from webapp.services import saved_view
from webapp.ui.refusals import tell

blueprint = Blueprint("saved_views", __name__, url_prefix="/views")

_ANY_LIST: Final = f"any({', '.join(StaffList)})"
COUNTED_TO: Final = 1000
"""Where the count of a view stops."""
WHOLE: Final = "all"
"""What the address of a list asks for, under `view`, to show it whole although a view opens it."""
COLUMNS: Final[Mapping[StaffList, tuple[tuple[str, str, bool], ...]]] = {
    StaffList.LEADS: (
        ("at", "At (UTC)", False),
        ("partner", "Partner", False),
        ("program", "Program", False),
        ("status", "Status", False),
        ("due", "Next step due", False),
    ),
    StaffList.DELIVERIES: (
        ("at", "At (UTC)", False),
        ("partner", "Partner", False),
        ("status", "Status", False),
        ("tries", "Tries", True),
        ("due", "Due", False),
        ("finished", "Finished", False),
    ),
    StaffList.MESSAGES: (
        ("at", "At (UTC)", False),
        ("mail", "Mail", False),
        ("class", "Class", False),
        ("status", "Status", False),
        ("tries", "Tries", True),
        ("due", "Due", False),
        ("handed", "Handed over", False),
    ),
    StaffList.SUBMISSIONS: (
        ("at", "At (UTC)", False),
        ("goal", "Goal in their words", False),
        ("state", "State", False),
        ("mail", "Mail", False),
        ("matches", "Matches", True),
        ("leads", "Leads", True),
        ("catalog", "Catalog", False),
    ),
    StaffList.PROGRAMS: (
        ("id", "Id", False),
        ("credential", "Credential", False),
        ("tuition", "Tuition", True),
        ("stage", "Stage", False),
        ("source", "Source", False),
    ),
    StaffList.PARTNERS: (
        ("legal", "Legal entity", False),
        ("status", "Status", False),
        ("institutions", "Institutions", True),
        ("since", "Since", False),
    ),
    StaffList.AUDIT: (
        ("who", "Who", False),
        ("did", "Did", False),
        ("to", "To", False),
        ("before", "Before", False),
        ("after", "After", False),
        ("from", "From", False),
    ),
}
"""The columns of each list after the one that names the row: key, heading, whether it is a number."""


@dataclass(frozen=True, slots=True)
class ShownView:
    """One view above its list. `count` stops at `COUNTED_TO`; None where it cannot be counted any more."""

    id: UUID
    name: str
    url: str
    count: int | None
    is_current: bool
    is_default: bool
    shared: bool
    own: bool
    maker: str

    @property
    def count_words(self) -> str:
        """The count as it stands beside the name."""
        if self.count is None:
            return "?"
        return f"{COUNTED_TO - 1:,}+" if self.count >= COUNTED_TO else f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a list shows besides its rows. `opens_with`: where to go instead of where nothing is asked for."""

    which: StaffList
    views: tuple[ShownView, ...]
    hidden: frozenset[str]
    asked: Mapping[str, str]
    whole_url: str
    opens_with: str | None

    @property
    def columns(self) -> tuple[tuple[str, str, bool], ...]:
        """Every column that may be left out."""
        return COLUMNS[self.which]

    @property
    def current(self) -> ShownView | None:
        """The view that the list is narrowed to."""
        return next((view for view in self.views if view.is_current), None)

    def shows(self, key: str) -> bool:
        """Whether the column of that key is shown."""
        return key not in self.hidden

    def heads(self, first: str, tick: bool = False) -> list[dict[str, Any]]:
        """The headings of the table: the place to tick, the column that names the row, and those that are shown."""
        head: list[dict[str, Any]] = [{"label": "Choose", "hidden": True}] if tick else []
        shown = [{"label": label, "number": number} for key, label, number in self.columns if self.shows(key)]
        return [*head, {"label": first}, *shown]


def desk_of(session: Session, which: StaffList, count: Callable[[Mapping[str, str]], int]) -> Desk:
    """The views and columns of a list; `count` tells how many rows what a view asks for has."""
    choice, asked = find_choice(session, staff().id, which), kept_filters(which, request.args)
    opening = next((view.filters for view in choice.views if view.id == choice.default_view_id), None)
    views = tuple(
        ShownView(
            view.id,
            view.name,
            _url(which, view.filters),
            _count(count, view.filters),
            view.filters == asked,
            view.id == choice.default_view_id,
            view.shared,
            view.own,
            view.maker,
        )
        for view in choice.views
    )
    return Desk(
        which,
        views,
        choice.hidden,
        asked,
        url_for(f"admin.{which}.index", view=WHOLE),
        _url(which, opening) if opening and not request.args else None,
    )


@blueprint.post(f"/<{_ANY_LIST}:which>")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def save(which: str) -> ResponseReturnValue:
    """Keep what the list is narrowed to under a name."""
    kind, shared = StaffList(which), request.form.get("shared") == "y"
    try:
        with runtime().begin() as session:
            made = saved_view.save(session, staff().id, kind, request.form.get("name", ""), request.args, shared=shared)
            write_down(session, "saved", "view", str(made), after=view_state(session, made))
    except Refused as refusal:
        tell(refusal)
    else:
        flash("Kept. It stands above the list.", "good")
    return redirect(_url(kind, kept_filters(kind, request.args)), 303)


@blueprint.post("/<uuid:row_id>/change")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def change(row_id: UUID) -> ResponseReturnValue:
    """Rename one's own view; share it or not."""
    try:
        with runtime().begin() as session:
            before = view_state(session, row_id)
            saved_view.change(
                session,
                staff().id,
                row_id,
                name=request.form.get("name", ""),
                shared=request.form.get("shared") == "y",
            )
            write_down(session, "changed", "view", str(row_id), before=before, after=view_state(session, row_id))
    except Refused as refusal:
        tell(refusal)
        return redirect(_url(StaffList(before["list"]), before["filters"]), 303)
    flash("Changed.", "good")
    return redirect(_url(StaffList(before["list"]), before["filters"]), 303)


@blueprint.post("/<uuid:row_id>/delete")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def delete(row_id: UUID) -> ResponseReturnValue:
    """Forget one's own view."""
    with runtime().begin() as session:
        before = view_state(session, row_id)
        saved_view.delete(session, staff().id, row_id)
        write_down(session, "deleted", "view", str(row_id), before=before)
    flash("The view is gone. What it showed is not.", "good")
    return redirect(url_for(f"admin.{before['list']}.index", view=WHOLE), 303)


@blueprint.post(f"/<{_ANY_LIST}:which>/choose")
@rate_limited("60/minute")
@needs_role(EVERYONE)
def choose(which: str) -> ResponseReturnValue:
    """Open the list with a view, or whole; or leave columns out of it."""
    kind, what = StaffList(which), request.form.get("do", "")
    with runtime().begin() as session:
        before = find_choice(session, staff().id, kind)
        if what == "columns":
            shown = set(request.form.getlist("column"))
            saved_view.hide_columns(session, staff().id, kind, [key for key, *_ in COLUMNS[kind] if key not in shown])
        else:
            saved_view.open_with(session, staff().id, kind, _view_id(request.form.get("view", "")))
        after = find_choice(session, staff().id, kind)
        write_down(session, "chose", "list", kind, before=_told(before), after=_told(after))
    flash("The list looks like that from now on." if what == "columns" else "The list opens like that now.", "good")
    asked = kept_filters(kind, request.args)
    return redirect(_url(kind, asked), 303)


def _told(choice: Choice) -> dict[str, Any]:
    return {
        "hidden": sorted(choice.hidden),
        "default_view": str(choice.default_view_id) if choice.default_view_id else None,
    }


def _view_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise PageNotFound from None


def _url(which: StaffList, filters: Mapping[str, str]) -> str:
    kept = {name: value for name, value in filters.items() if name in FILTERS[which]}
    return url_for(f"admin.{which}.index", **(kept or {"view": WHOLE}))  # type: ignore[arg-type]  # filters are text


def _count(count: Callable[[Mapping[str, str]], int], filters: Mapping[str, str]) -> int | None:
    try:
        return count(filters)
    except PageNotFound:
        # It names a status or a partner in a way that this release does not know.
        return None
