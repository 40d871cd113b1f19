"""The student's own page: who has what, under which words, and how to take it back."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import csrf, rate_limited, runtime
from webapp.domain.errors import NotFound
from webapp.domain.message import MessageClass
from webapp.queries.my_data import MyData, Person, find_my_data, find_person
from webapp.services.lead import withdraw
from webapp.services.suppression import suppress_prospect
from webapp.student.my_data_page import my_data_page

blueprint = Blueprint("my_data", __name__)

STOPPED_CLASSES = (MessageClass.MATCHES, MessageClass.FOLLOW_UP)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """A my-data link is a key: no search engine may keep it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/my-data")
def find() -> ResponseReturnValue:
    """How to get to one's own page."""
    return render_template("student/my_data_find.html", contact_email=runtime().settings.mail_from)


@blueprint.get("/my-data/<token>")
def show(token: str) -> ResponseReturnValue:
    """What was asked, where it stands, who has what."""
    data, built = _data(token), runtime()
    return render_template(
        "student/my_data.html",
        page=my_data_page(data, built.clock.now()),
        token=token,
        results_url=url_for("student.results.show", token=built.links.results_token(data.draft_id)),
        contact_email=built.settings.mail_from,
    )


@blueprint.post("/my-data/<token>/introductions/<uuid:lead_id>/withdraw")
@rate_limited("30/minute;200/hour")
def take_back(token: str, lead_id: UUID) -> ResponseReturnValue:
    """Withdraw one introduction. Twice is the same as once."""
    built = runtime()
    person = _person(token)
    page = f"{built.settings.base_url}/my-data"
    try:
        with built.begin() as session:
            withdraw(session, built.clock, lead_id, prospect_id=person.prospect_id, page=page)
    except NotFound:
        abort(404)
    built.wake_up.nudge()
    flash("Done: the introduction is taken back.", "good")
    return redirect(url_for(".show", token=token), 303)


@blueprint.get("/my-data/<token>/mail")
def ask_to_stop_mail(token: str) -> ResponseReturnValue:
    """The page behind the "stop these mails" link. Opening it changes nothing."""
    person = _person(token)
    return render_template("student/mail_stop.html", email=person.email or "", token=token, stopped=False)


@blueprint.post("/my-data/<token>/mail")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@rate_limited("30/minute;200/hour")
def stop_mail(token: str) -> ResponseReturnValue:
    """Send no more lists to this address.

    Mail programs post here by themselves (RFC 8058) and have no token of ours: the address of the page is the secret.
    """
    built = runtime()
    person = _person(token)
    with built.begin() as session:
        for message_class in STOPPED_CLASSES:
            suppress_prospect(
                session, person.prospect_id, message_class, reason="stopped_by_student", at=built.clock.now()
            )
    return render_template("student/mail_stop.html", email=person.email or "", token=token, stopped=True)


def _data(token: str) -> MyData:
    with runtime().begin() as session:
        return find_my_data(session, token) or abort(404)


def _person(token: str) -> Person:
    with runtime().begin() as session:
        return find_person(session, token) or abort(404)
