"""The way back to one's own page: a link by mail, and a new one when somebody else has seen it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import mails_limited, rate_limited, runtime
from webapp.services.correction import renew_link
from webapp.services.link_request import ask
from webapp.student.forms.my_data import FindForm
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("link", __name__)
keep_private(blueprint)


@blueprint.get("/my-data")
def find() -> ResponseReturnValue:
    """How to get to one's own page."""
    return _page(FindForm(formdata=None))


@blueprint.post("/my-data")
@mails_limited
@rate_limited("5/minute;20/hour")
def send() -> ResponseReturnValue:
    """Mail the links. The answer, and the work until it is given, are the same for addresses we know and others."""
    built = runtime()
    form = FindForm(test_addresses=not built.settings.is_production)
    if not form.validate():
        return _page(form), 422
    if not form.homepage.is_tripped:
        with built.begin() as session:
            ask(session, built.clock, built.links, form.email.data or "")
        built.wake_up.nudge()
    return redirect(url_for(".sent"), 303)


@blueprint.get("/my-data/sent")
def sent() -> ResponseReturnValue:
    """What happens now, whoever asked."""
    return render_template("student/my_data_sent.html", contact_email=runtime().settings.mail_from)


@blueprint.get("/my-data/<token>/link")
def ask_to_renew(token: str) -> ResponseReturnValue:
    """The page that says what a new link does. Opening it changes nothing."""
    return render_template("student/my_data_link.html", person=person_of(token), token=token)


@blueprint.post("/my-data/<token>/link")
@rate_limited("5/minute;20/hour")
def renew(token: str) -> ResponseReturnValue:
    """Close this page for everybody who has its address, and mail a new one to whom it belongs."""
    built, person = runtime(), person_of(token)
    with built.begin() as session:
        renew_link(session, built.clock, built.links, person.prospect_id)
    built.wake_up.nudge()
    flash("Done: the old link opens nothing any more. A new one is on its way to your address.", "good")
    return redirect(url_for(".sent"), 303)


def _page(form: FindForm) -> str:
    return render_template("student/my_data_find.html", form=form, contact_email=runtime().settings.mail_from)
