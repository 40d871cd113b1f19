"""Files of leads, for schools that fetch them instead of being posted to."""

from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.partner_role import SEES_PEOPLE
from webapp.partner.guard import member, needs_role
from webapp.partner.trail import write_down
from webapp.queries.batch import get_batch_file, list_batches
from webapp.ui.lists import cursor, page_links

blueprint = Blueprint("batches", __name__, url_prefix="/batches")


@blueprint.get("")
@needs_role(SEES_PEOPLE)
def index() -> ResponseReturnValue:
    """Files, newest first."""
    with runtime().begin() as session:
        page = list_batches(session, member().partner_id, cursor=cursor())
    return render_template("partner/batches.html", page=page, **page_links(page))


@blueprint.get("/<uuid:row_id>")
@needs_role(SEES_PEOPLE)
def file(row_id: UUID) -> ResponseReturnValue:
    """One file, made anew: students who withdrew or had themselves erased are no longer in it. Written down."""
    with runtime().begin() as session:
        found = get_batch_file(session, row_id, partner_id=member().partner_id)
        write_down(session, "exported", "batch", str(row_id), after={"leads": found.leads})
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(found.content, mimetype="text/csv", headers=headers)
