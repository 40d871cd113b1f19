"""The audit log: who did what."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, needs_role
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.context import runtime
from webapp.domain.staff_list import StaffList
from webapp.queries.audit import AuditFilter, count_audit, list_audit
from webapp.ui.lists import chosen_day, cursor, page_links

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Entries, newest first; of one thing when the address names it."""
    wanted = _wanted(request.args)
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.AUDIT, lambda asked: count_audit(session, _wanted(asked), most=COUNTED_TO))
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_audit(session, wanted, cursor=cursor())
    return render_template("admin/audit.html", page=page, wanted=wanted, desk=desk, **page_links(page))


def _wanted(asked: Mapping[str, str]) -> AuditFilter:
    return AuditFilter(
        object_type=asked.get("type") or None,
        object_id=asked.get("id") or None,
        actor=asked.get("actor", "").strip() or None,
        action=asked.get("action", "").strip().replace(" ", "_") or None,
        since=chosen_day("since", asked),
        until=chosen_day("until", asked, after=True),
    )
