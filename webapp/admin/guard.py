"""Who may open which page of the back office: one check before every request, one mark on every view."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.context import runtime
from webapp.domain.staff_role import EVERYONE, IMPORTERS, OWNERS, PARTNER_MANAGERS, SEES_PEOPLE, SENDERS, Role
from webapp.domain.staff_session import is_fresh

__all__ = ["EVERYONE", "IMPORTERS", "OWNERS", "PARTNER_MANAGERS", "SEES_PEOPLE", "SENDERS", "Role"]

P = ParamSpec("P")
R = TypeVar("R")

ROLES_MARK = "__staff_roles__"
PUBLIC_MARK = "__open_to_all__"
SETUP_MARK = "__open_before_setup__"
FRESH_MARK = "__needs_fresh_proof__"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is logged in, by which log-in, and when they last proved who they are.

    `must_set_up`: the second step is asked of all staff, and they have none yet.
    """

    id: UUID
    email: str
    roles: frozenset[Role]
    session_id: UUID
    proved_at: datetime
    has_second_step: bool
    must_set_up: bool

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether any of `roles` is theirs."""
        return bool(self.roles & roles)


def needs_role(roles: frozenset[Role]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to staff who have any of `roles`. A view without a mark is open to nobody."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, ROLES_MARK, roles)
        return view

    return decorate


def needs_fresh_proof(back: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as one that asks for the password again unless it was given a short while ago.

    `back` is the endpoint of the page that its button stands on, where one gets afterwards.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, FRESH_MARK, back)
        return view

    return decorate


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to people who are not logged in: the way in, and what a mailed link opens."""
    setattr(view, PUBLIC_MARK, True)
    return view


def open_before_setup(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to somebody who is to set up a second step first: setting it up, and the way out."""
    setattr(view, SETUP_MARK, True)
    return view


def staff() -> Staff:
    """Who is logged in. Only views that need a role may ask."""
    return cast(Staff, g.staff)


def find_staff() -> Staff | None:
    """Who is logged in, if anybody."""
    return cast(Staff | None, g.get("staff"))


def check_request() -> Response | None:
    """Let the request pass, send it to the page that comes first, or refuse it. Runs before every view."""
    view = current_app.view_functions[str(request.endpoint)]
    if getattr(view, PUBLIC_MARK, False):
        return None
    found = find_staff()
    if found is None:
        if request.method != "GET":
            abort(401)
        return redirect(url_for("admin.login.form", next=request.full_path.rstrip("?")))
    if not found.may(getattr(view, ROLES_MARK, frozenset())):
        abort(403)
    if found.must_set_up and not getattr(view, SETUP_MARK, False):
        return redirect(url_for("admin.second_step.index"), 303)
    back = getattr(view, FRESH_MARK, None)
    if back is not None and not is_fresh(found.proved_at, runtime().clock.now()):
        flash("Nothing was changed yet. Prove that it is you, then do it again.", "warm")
        return redirect(url_for("admin.proof.form", next=_page(back)), 303)
    return None


def _page(endpoint: str) -> str:
    """The address of a page that takes no more of the request's address than its own rule names."""
    rule = next(current_app.url_map.iter_rules(endpoint))
    return url_for(
        endpoint, **{name: value for name, value in (request.view_args or {}).items() if name in rule.arguments}
    )
