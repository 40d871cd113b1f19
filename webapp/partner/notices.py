"""What a student decided about a lead the partner has, and the button that says that it is done."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound
from webapp.partner.guard import open_to_all
from webapp.queries.notice import find_notice
from webapp.services.notice import acknowledge

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The link is a key: no search engine may keep what is behind it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/<token>")
@open_to_all
def show(token: str) -> ResponseReturnValue:
    """What is asked. Opening it changes nothing: mail programs open links by themselves."""
    with runtime().begin() as session:
        notice = find_notice(session, token) or abort(404)
    return render_template("partner/notice.html", notice=notice, token=token)


@blueprint.post("/<token>")
@rate_limited("30/minute;200/hour")
@open_to_all
def confirm(token: str) -> ResponseReturnValue:
    """It is done. Twice is the same as once."""
    built = runtime()
    try:
        with built.begin() as session:
            acknowledge(session, built.clock, token)
    except NotFound:
        abort(404)
    flash("Thank you. The student can see that you did it.", "good")
    return redirect(url_for(".show", token=token), 303)
