"""The audit log: who did what."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, needs_role
from webapp.context import runtime
from webapp.queries.audit import list_audit
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Entries, newest first; of one thing when the address names it."""
    object_type, object_id = request.args.get("type") or None, request.args.get("id") or None
    with runtime().begin() as session:
        page = list_audit(session, cursor=cursor(), object_type=object_type, object_id=object_id)
    return render_template(
        "admin/audit.html", page=page, object_type=object_type, object_id=object_id, **page_links(page)
    )
