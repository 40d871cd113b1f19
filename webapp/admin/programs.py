"""The listings, to look through."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.admin import words
from webapp.admin.guard import EVERYONE, needs_role
from webapp.admin.saved_views import COUNTED_TO, desk_of
from webapp.context import runtime
from webapp.domain import label
from webapp.domain.staff_list import StaffList
from webapp.queries.programs import count_programs, list_programs
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("programs", __name__, url_prefix="/programs")

_LONGEST = 100


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Listings by id, or those that hold the words asked for."""
    text, status = _wanted(request.args)
    with runtime().begin() as session:
        desk = desk_of(session, StaffList.PROGRAMS, lambda asked: _count(session, asked))
        if desk.opens_with:
            return redirect(desk.opens_with)
        page = list_programs(session, cursor=cursor(), text=text, status=status)
    return render_template(
        "admin/programs.html",
        page=page,
        text=text,
        status_asked=status,
        desk=desk,
        credential_labels=label.CREDENTIAL_LABELS,
        listing_looks=words.LISTING_LOOKS,
        **page_links(page),
    )


def _wanted(asked: Mapping[str, str]) -> tuple[str | None, str | None]:
    status = asked.get("status") or None
    if status is not None and status not in words.LISTING_LOOKS:
        abort(404)
    return asked.get("text", "").strip()[:_LONGEST] or None, status


def _count(session: Session, asked: Mapping[str, str]) -> int:
    text, status = _wanted(asked)
    return count_programs(session, text=text, status=status, most=COUNTED_TO)
