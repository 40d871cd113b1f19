"""What a student says to whether a school was in touch."""

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound
from webapp.queries.contact_question import ContactQuestion, find_contact_question
from webapp.services import funnel
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("contact", __name__)
keep_private(blueprint)

ANSWERS = {"yes": True, "no": False}


@blueprint.post("/my-data/<token>/introductions/<uuid:lead_id>/contact")
@rate_limited("30/minute;200/hour")
def answer(token: str, lead_id: UUID) -> ResponseReturnValue:
    """Write down the answer. It can be changed at any time: the newest stands."""
    built, person = runtime(), person_of(token)
    said = ANSWERS.get(request.form.get("contacted", ""))
    if said is None:
        abort(400)
    try:
        with built.begin() as session:
            funnel.answer(session, built.clock, prospect_id=person.prospect_id, lead_id=lead_id, contacted=said)
    except NotFound:
        abort(404)
    flash("Thank you, your answer is written down.", "good")
    return redirect(url_for("student.my_data.show", token=token), 303)


@blueprint.get("/contacted/<token>")
def look(token: str) -> ResponseReturnValue:
    """The question behind the link in a mail, with its two buttons. Opening it answers nothing."""
    return _question_page(token, _question(token), thanks=False)


@blueprint.post("/contacted/<token>")
@rate_limited("30/minute;200/hour")
def reply(token: str) -> ResponseReturnValue:
    """Write down the answer. The link opens this question and no other page of the student's."""
    question = _question(token)
    said = ANSWERS.get(request.form.get("contacted", ""))
    if said is None:
        abort(400)
    built = runtime()
    with built.begin() as session:
        funnel.answer(session, built.clock, prospect_id=question.prospect_id, lead_id=question.lead_id, contacted=said)
    return _question_page(token, _question(token), thanks=True)


def _question(token: str) -> ContactQuestion:
    built = runtime()
    lead_id = built.links.lead_asked_about(token) or abort(404)
    with built.begin() as session:
        return find_contact_question(session, lead_id) or abort(404)


def _question_page(token: str, question: ContactQuestion, *, thanks: bool) -> str:
    return render_template("student/contact_question.html", token=token, question=question, thanks=thanks)
