"""The results page: the list, and the form that was asked on its device."""

from flask import Blueprint, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.student import requests
from webapp.student.drafts import remember
from webapp.student.own_page import keep_private
from webapp.student.ranked import draft_of, ranked
from webapp.student.requests import list_page, request_form
from webapp.student.shown import kept_order
from webapp.student.ticket import new_ticket

blueprint = Blueprint("results", __name__)
blueprint.get("/results/<token>/requests")(requests.look_again)
blueprint.post("/results/<token>/requests")(requests.ask)


keep_private(blueprint)


@blueprint.get("/results/<token>")
def show(token: str) -> ResponseReturnValue:
    """The ranked list, and the request form under it."""
    draft = draft_of(token)
    results = ranked(draft, token)
    form, ticket = request_form(filled=False), new_ticket(draft.id, runtime().clock.now())
    return list_page(results, form, ticket, before=kept_order(results))


@blueprint.post("/results/<token>/edit")
@rate_limited("20/minute;100/hour")
def edit(token: str) -> ResponseReturnValue:
    """Go on with these answers on this device."""
    draft = draft_of(token)
    response = make_response(redirect(url_for("student.review.show"), 303))
    remember(response, draft)
    return response
