"""The first page: what needs somebody, what waits and why, what came lately."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.partner_role import EVERYONE, OWNERS
from webapp.partner import words
from webapp.partner.guard import member, needs_role
from webapp.queries.cap_request import count_open_requests
from webapp.queries.partner_overview import MOST, get_partner_overview

blueprint = Blueprint("overview", __name__)


@blueprint.get("/")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """How things stand."""
    built = runtime()
    with built.begin() as session:
        overview = get_partner_overview(session, member().partner_id, built.clock.now())
        requests = count_open_requests(session, member().partner_id) if member().role in OWNERS else 0
    return render_template(
        "partner/overview.html",
        overview=overview,
        cap_requests=requests,
        most=MOST,
        waiting=[(each, words.standing_of_waiting(each, member().partner)) for each in overview.waiting],
        lead_looks=words.LEAD_LOOKS,
    )
