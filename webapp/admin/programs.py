"""The listings, to look through."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from webapp.admin import words
from webapp.admin.guard import EVERYONE, needs_role
from webapp.context import runtime
from webapp.domain import label
from webapp.queries.programs import list_programs
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("programs", __name__, url_prefix="/programs")

_LONGEST = 100


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Listings by id, or those that hold the words asked for."""
    text = request.args.get("text", "").strip()[:_LONGEST] or None
    with runtime().begin() as session:
        page = list_programs(session, cursor=cursor(), text=text)
    return render_template(
        "admin/programs.html",
        page=page,
        text=text,
        credential_labels=label.CREDENTIAL_LABELS,
        listing_looks=words.LISTING_LOOKS,
        **page_links(page),
    )
