"""The page behind a resume link. Opening it changes nothing, so no scanner of mails can use the link up."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.services import draft as drafts
from webapp.services import resume_link
from webapp.services.resume_link import OpenLink
from webapp.student.drafts import current_draft, remember
from webapp.student.own_page import keep_private

blueprint = Blueprint("resume", __name__)


keep_private(blueprint)


@blueprint.get("/resume/<token>")
def ask(token: str) -> ResponseReturnValue:
    """Ask whether to go on with these answers here. Shows none of them."""
    link = _link(token)
    if link is None:
        return _gone()
    here = current_draft()
    return render_template(
        "student/resume.html",
        token=token,
        link=link,
        replaces=here is not None and here.id != link.draft_id and bool(here.answers),
    )


@blueprint.post("/resume/<token>")
@rate_limited("20/minute;100/hour")
def go_on(token: str) -> ResponseReturnValue:
    """Go on with these answers on this device. The link works again until it expires."""
    built, link = runtime(), _link(token)
    if link is None:
        return _gone()
    with built.begin() as session:
        draft = drafts.find(session, built.clock, link.draft_id)
    if draft is None:
        return _gone()
    response = make_response(redirect(url_for("student.form.begin"), 303))
    remember(response, draft)
    return response


@blueprint.post("/resume/<token>/off")
@rate_limited("20/minute;100/hour")
def switch_off(token: str) -> ResponseReturnValue:
    """Make the link open nothing from now on. The answers stay where they were begun."""
    built = runtime()
    with built.begin() as session:
        if not resume_link.switch_off(session, built.links, token):
            return _gone()
    return render_template("student/resume_gone.html", switched_off=True)


def _link(token: str) -> OpenLink | None:
    built = runtime()
    if len(token) > 100:
        return None
    with built.begin() as session:
        return resume_link.find(session, built.clock, token)


def _gone() -> ResponseReturnValue:
    return render_template("student/resume_gone.html", switched_off=False), 404
