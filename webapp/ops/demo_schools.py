"""The receiving end of the demo schools. Not mounted in production."""

from flask import Blueprint, Response, jsonify, render_template, request

from webapp.context import csrf, limiter, rate_limited, runtime
from webapp.queries.partner_team import has_account
from webapp.queries.received_posting import latest_postings
from webapp.services.demo import demo_login
from webapp.services.demo_school import Received, receive

blueprint = Blueprint("demo_schools", __name__, url_prefix="/dev/partner", template_folder="templates")

# What arrives here is signed: the signature, not a session, proves who sent it.
csrf.exempt(blueprint)

SHOWN = 50
_STATUS = {
    Received.ACCEPTED: 200,
    Received.ACKNOWLEDGED: 200,
    Received.DUPLICATE: 409,
    Received.UNSIGNED: 401,
    Received.UNKNOWN_SCHOOL: 404,
}


@blueprint.get("")
@limiter.exempt
def index() -> str:
    """The leads that arrived."""
    with runtime().begin() as session:
        login = demo_login(runtime().links)
        return render_template(
            "ops/postings.html",
            postings=latest_postings(session, limit=SHOWN),
            login=login if has_account(session, login.email) else None,
        )


@blueprint.post("/<slug>")
@rate_limited("6000/minute")
def post(slug: str) -> tuple[Response, int]:
    """Take a lead, as a school's own system would."""
    built = runtime()
    with built.begin() as session:
        received = receive(
            session, built.clock, built.seal, slug=slug, headers=dict(request.headers), body=request.get_data()
        )
    return jsonify(outcome=received), _STATUS[received]
