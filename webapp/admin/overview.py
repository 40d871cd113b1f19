"""The first page: today in figures, and what needs a person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, needs_role
from webapp.context import runtime
from webapp.queries.overview import get_overview
from webapp.queries.weights import waiting_proposals

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Counts of today and the list of what needs attention."""
    built = runtime()
    with built.begin() as session:
        overview = get_overview(session, built.clock.now())
        proposals = waiting_proposals(session)
    return render_template(
        "admin/overview.html",
        overview=overview,
        weights_proposals=proposals,
        lead_looks=words.LEAD_LOOKS,
        message_looks=words.MESSAGE_LOOKS,
        import_looks=words.IMPORT_LOOKS,
    )
