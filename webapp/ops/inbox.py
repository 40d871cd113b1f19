"""The development inbox: what would have been mailed. Not mounted in production."""

from uuid import UUID

from flask import Blueprint, Response, abort, make_response, render_template

from webapp.context import limiter, runtime
from webapp.queries.inbox import find_mail, latest_mails
from webapp.ui.headers import CONTENT_SECURITY_POLICY

blueprint = Blueprint("inbox", __name__, url_prefix="/dev/inbox", template_folder="templates")

SHOWN = 100


@blueprint.get("")
@limiter.exempt
def index() -> str:
    """The newest mails."""
    with runtime().begin() as session:
        return render_template("ops/inbox.html", mails=latest_mails(session, limit=SHOWN), shown=SHOWN)


@blueprint.get("/<uuid:mail_id>")
@limiter.exempt
def mail(mail_id: UUID) -> Response:
    """One mail: headers, HTML part in a sandboxed frame, text part."""
    with runtime().begin() as session:
        found = find_mail(session, mail_id)
    if found is None:
        abort(404)
    response = make_response(render_template("ops/mail.html", mail=found))
    response.headers["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
    return response


@blueprint.get("/<uuid:mail_id>/html")
@limiter.exempt
def html(mail_id: UUID) -> Response:
    """The HTML part alone, for the frame: no script runs in it and nothing is fetched by it."""
    with runtime().begin() as session:
        found = find_mail(session, mail_id)
    if found is None:
        abort(404)
    response = Response(found.html, mimetype="text/html")
    # Mails carry their styles inline, as mail programs want them; scripts stay forbidden.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
