"""A student says what a school did wrong by them."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import NotFound, Refused
from webapp.services import lead_return
from webapp.student.forms.complaint import ComplaintForm
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("complaint", __name__)
keep_private(blueprint)


@blueprint.post("/my-data/<token>/introductions/<uuid:lead_id>/complaint")
@rate_limited("10/minute;50/hour")
def complain(token: str, lead_id: UUID) -> ResponseReturnValue:
    """Write it down, once for each introduction. The school gets no money for it, and too many pause it."""
    built, person, form = runtime(), person_of(token), ComplaintForm()
    mine = redirect(url_for("student.my_data.show", token=token), 303)
    if not form.validate_on_submit():
        flash("Choose what went wrong. Nothing was written down.", "error")
        return mine
    try:
        with built.begin() as session:
            kind = ComplaintKind(str(form.kind.data))
            lead_return.complain(session, built.clock, lead_id, kind=kind, prospect_id=person.prospect_id)
    except NotFound:
        abort(404)
    except Refused:
        flash("The school never had this introduction, so there is nothing to complain about yet.", "error")
        return mine
    built.wake_up.nudge()
    flash("Thank you. It is written down, and one of us reads it.", "good")
    return mine
