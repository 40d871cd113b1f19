"""How far a partner came with one lead, said behind a mailed link. Opening it changes nothing; it takes one answer."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import NotFound, Refused
from webapp.domain.funnel import FUNNEL_LABELS
from webapp.partner.guard import open_to_all
from webapp.partner.status_form import StatusForm
from webapp.queries.funnel import AskedStatus, find_asked_status
from webapp.services.funnel import Said
from webapp.services.status_link import use

blueprint = Blueprint("status", __name__, url_prefix="/status")


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """The link is a key: no search engine may keep what is behind it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/<token>")
@open_to_all
def show(token: str) -> ResponseReturnValue:
    """The lead by its id, its program, and a form. Mail programs open links by themselves: nothing is recorded."""
    with runtime().begin() as session:
        asked = find_asked_status(session, token) or abort(404)
    return _page(token, asked, StatusForm())


@blueprint.post("/<token>")
@rate_limited("30/minute;200/hour")
@open_to_all
def record(token: str) -> ResponseReturnValue:
    """Write down what was said. The same twice is the same as once."""
    built, form = runtime(), StatusForm()
    with built.begin() as session:
        asked = find_asked_status(session, token) or abort(404)
    answer = form.answer
    if answer is None:
        return _page(token, asked, form), 422
    try:
        with built.begin() as session:
            use(session, built.clock, token, Said(*answer))
    except NotFound:
        abort(404)
    except Refused as refusal:
        form.form_errors.extend(f"{problem.what} {problem.remedy}".strip() for problem in refusal.problems)
        return _page(token, asked, form), 422
    flash("Thank you, it is written down.", "good")
    return redirect(url_for(".show", token=token), 303)


def _page(token: str, asked: AskedStatus, form: StatusForm) -> str:
    now = runtime().clock.now()
    return render_template(
        "partner/status.html",
        asked=asked,
        form=form,
        token=token,
        label=FUNNEL_LABELS[asked.status] if asked.status else None,
        is_over=asked.expires_at <= now,
    )
