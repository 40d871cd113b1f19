"""Who may open which page of the back office: one check before every request, one mark on every view."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

P = ParamSpec("P")
R = TypeVar("R")

ROLES_MARK = "__staff_roles__"
PUBLIC_MARK = "__open_to_all__"


class Role(StrEnum):
    """What a member of staff may do."""

    OWNER = "owner"
    CATALOG_EDITOR = "catalog_editor"
    PARTNER_MANAGER = "partner_manager"
    SUPPORT = "support"
    ANALYST = "analyst"


ROLE_LABELS = {
    Role.OWNER: "Owner",
    Role.CATALOG_EDITOR: "Catalog editor",
    Role.PARTNER_MANAGER: "Partner manager",
    Role.SUPPORT: "Support",
    Role.ANALYST: "Analyst",
}
EVERYONE = frozenset(Role)
OWNERS = frozenset({Role.OWNER})
IMPORTERS = frozenset({Role.OWNER, Role.CATALOG_EDITOR})
PARTNER_MANAGERS = frozenset({Role.OWNER, Role.PARTNER_MANAGER})
SENDERS = frozenset({Role.OWNER, Role.PARTNER_MANAGER, Role.SUPPORT})
SEES_PEOPLE = SENDERS
"""Who is shown names, addresses and what partners answered; the others see the same pages without them."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is logged in."""

    id: UUID
    email: str
    roles: frozenset[Role]

    def may(self, roles: frozenset[Role]) -> bool:
        """Whether any of `roles` is theirs."""
        return bool(self.roles & roles)


def needs_role(roles: frozenset[Role]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to staff who have any of `roles`. A view without a mark is open to nobody."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, ROLES_MARK, roles)
        return view

    return decorate


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to people who are not logged in: only the way in is."""
    setattr(view, PUBLIC_MARK, True)
    return view


def staff() -> Staff:
    """Who is logged in. Only views that need a role may ask."""
    return cast(Staff, g.staff)


def find_staff() -> Staff | None:
    """Who is logged in, if anybody."""
    return cast(Staff | None, g.get("staff"))


def check_request() -> Response | None:
    """Let the request pass, send it to the log-in page, or refuse it. Runs before every view of the back office."""
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
    return None
