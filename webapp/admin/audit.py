"""The audit log: who did what, and who looked at whom."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, needs_role
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.context import runtime
from webapp.domain.audit_kind import AuditKind
from webapp.domain.staff_list import StaffList
from webapp.queries.audit import AuditFilter, count_audit, list_actors, list_audit, list_object_types
from webapp.ui.lists import chosen, chosen_day, cursor, page_links

blueprint = Blueprint("audit", __name__, url_prefix="/audit")

KIND_WORDS = {
    AuditKind.CHANGES: "Changes",
    AuditKind.VIEWS: "Looks at personal data",
    AuditKind.WAY_IN: "Log-ins and own accounts",
}
PARTNERS, NOBODY = "partners", "command-line"
_LONGEST = 80


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Entries, newest first: of one person, about one thing or kind of thing, of one kind, between two days."""
    wanted = _wanted(request.args)
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.AUDIT, lambda asked: count_audit(session, _wanted(asked), most=COUNTED_TO))
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_audit(session, wanted, cursor=cursor())
        people, types = list_actors(session), list_object_types(session)
    return render_template(
        "admin/audit.html",
        page=page,
        wanted=wanted,
        desk=desk,
        people=[
            *((str(key), email) for key, email in people),
            (PARTNERS, "People of partners"),
            (NOBODY, "Command line"),
        ],
        kinds=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        types=[(name, name.replace("_", " ")) for name in types],
        **page_links(page),
    )


def _wanted(asked: Mapping[str, str]) -> AuditFilter:
    who = asked.get("who", "")
    return AuditFilter(
        staff_id=_staff_id(who),
        by_partners=who == PARTNERS,
        by_nobody=who == NOBODY,
        object_type=_text("type", asked),
        object_id=_text("id", asked),
        kind=chosen("kind", AuditKind, asked),
        since=chosen_day("since", asked),
        before=chosen_day("until", asked, after=True),
    )


def _staff_id(who: str) -> UUID | None:
    if not who or who in (PARTNERS, NOBODY):
        return None
    try:
        return UUID(who)
    except ValueError:
        abort(404)


def _text(name: str, asked: Mapping[str, str]) -> str | None:
    told = asked.get(name, "").strip()
    if "\x00" in told:
        abort(404)
    return told[:_LONGEST] or None
