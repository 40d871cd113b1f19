"""Who may open which page of the portal: one check before every request, one mark on every view.

Whose data a page shows comes from the session alone: no address names a partner.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.domain.partner_role import PartnerRole
from webapp.services.partner_login import Member

P = ParamSpec("P")
R = TypeVar("R")

ROLES_MARK = "__partner_roles__"
PUBLIC_MARK = "__open_to_all__"


def needs_role(roles: frozenset[PartnerRole]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view as open to people who have one of `roles`. A view without a mark is open to nobody."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, ROLES_MARK, roles)
        return view

    return decorate


def open_to_all(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view as open to people who are not logged in: the way in, and what a mailed link opens."""
    setattr(view, PUBLIC_MARK, True)
    return view


def member() -> Member:
    """Who is logged in, and for which partner. Only views that need a role may ask."""
    return cast(Member, g.member)


def find_member() -> Member | None:
    """Who is logged in, if anybody."""
    return cast(Member | None, g.get("member"))


def check_request() -> Response | None:
    """Let the request pass, send it to the log-in page, or refuse it. Runs before every view of the portal."""
    view = current_app.view_functions[str(request.endpoint)]
    if getattr(view, PUBLIC_MARK, False):
        return None
    found = find_member()
    if found is None:
        if request.method != "GET":
            abort(401)
        return redirect(url_for("partner.login.form", next=request.full_path.rstrip("?")))
    if found.role not in getattr(view, ROLES_MARK, frozenset()):
        abort(403)
    return None
