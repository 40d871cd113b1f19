"""The audit log: who did what, and who looked at whom."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, needs_role
from webapp.context import runtime
from webapp.queries.audit import AuditFilter, AuditKind, list_actors, list_audit, list_object_types
from webapp.ui.lists import chosen, cursor, page_links

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
    first, last = _day("from"), _day("to")
    who = request.args.get("who", "")
    wanted = AuditFilter(
        staff_id=_staff_id(who),
        by_partners=who == PARTNERS,
        by_nobody=who == NOBODY,
        object_type=_text("type"),
        object_id=_text("id"),
        kind=chosen("kind", AuditKind),
        since=_midnight(first) if first else None,
        before=_midnight(last + timedelta(days=1)) if last and last < date.max else None,
    )
    with runtime().begin() as session:
        page = list_audit(session, wanted, cursor=cursor())
        people, types = list_actors(session), list_object_types(session)
    return render_template(
        "admin/audit.html",
        page=page,
        wanted=wanted,
        who=who,
        first=first,
        last=last,
        people=[
            *((str(key), email) for key, email in people),
            (PARTNERS, "People of partners"),
            (NOBODY, "Command line"),
        ],
        kinds=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        types=[(name, name.replace("_", " ")) for name in types],
        is_narrowed=any(value for value in _told().values()),
        **page_links(page),
    )


def _told() -> dict[str, Any]:
    return {name: value for name, value in request.args.items() if name != "page"}


def _staff_id(who: str) -> UUID | None:
    if not who or who in (PARTNERS, NOBODY):
        return None
    try:
        return UUID(who)
    except ValueError:
        abort(404)


def _text(name: str) -> str | None:
    told = request.args.get(name, "").strip()
    if "\x00" in told:
        abort(404)
    return told[:_LONGEST] or None


def _day(name: str) -> date | None:
    """A day, as browsers send it. 404 for what is none."""
    told = request.args.get(name, "")
    if not told:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        abort(404)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
