"""What the team itself did: who looked at which lead, exported, invited, changed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.partner_role import OWNERS
from webapp.partner import words
from webapp.partner.guard import member, needs_role
from webapp.queries.audit import AuditFilter, list_audit
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("activity", __name__, url_prefix="/activity")


@blueprint.get("")
@needs_role(OWNERS)
def index() -> ResponseReturnValue:
    """Entries, newest first."""
    with runtime().begin() as session:
        page = list_audit(session, AuditFilter(partner_id=member().partner_id), cursor=cursor())
    return render_template(
        "partner/activity.html",
        page=page,
        actions=words.ACTIONS,
        objects=words.OBJECTS,
        change_words=words.change_words,
        **page_links(page),
    )
