"""Erasing everything about oneself: a page that says what happens, and the button on it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.consent import KEPT_YEARS
from webapp.queries.recipients import recipients_of
from webapp.services.erasure import erase
from webapp.student.own_page import keep_private, page_name, person_of

blueprint = Blueprint("erasure", __name__)
keep_private(blueprint)


@blueprint.get("/my-data/<token>/erase")
def ask(token: str) -> ResponseReturnValue:
    """What goes, what stays and who is told. Opening it changes nothing."""
    person = person_of(token)
    with runtime().begin() as session:
        schools = [each.legal_name for each in recipients_of(session, person.prospect_id)]
    return render_template("student/my_data_erase.html", token=token, schools=schools, years=KEPT_YEARS)


@blueprint.post("/my-data/<token>/erase")
@rate_limited("10/minute;30/hour")
def confirm(token: str) -> ResponseReturnValue:
    """Erase, and show the receipt under the same address."""
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        erase(session, built.clock, person.prospect_id, page=page_name())
    built.wake_up.nudge()
    flash("Done: everything about you is erased here.", "good")
    return redirect(url_for("student.my_data.show", token=token), 303)
