"""The form in somebody else's page: a frame with one question, which leads to the form here.

The frame sets no cookie and keeps nothing, so that a publisher's page can neither read nor change what a student says;
all that it is told is how tall the frame is.
"""

from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.publisher import PUBLISHER
from webapp.queries.publisher import Embed, find_embed
from webapp.student.arrival import CAMPAIGN_TAGS, cleaned
from webapp.student.forms.embed import EmbedForm
from webapp.ui.headers import CONTENT_SECURITY_POLICY

blueprint = Blueprint("embed", __name__)

HERE = "here"
_SCRIPT_SECONDS = 3600
_NOBODY = "frame-ancestors 'none'"


@blueprint.get("/embed.js")
def script() -> ResponseReturnValue:
    """The element `<program-match>`, for any page to load. Whether it may frame the form is decided there."""
    response: Response = make_response(current_app.view_functions["ui.asset"](name="js/embed.js"))
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = f"public, max-age={_SCRIPT_SECONDS}"
    return response


@blueprint.get("/embed/<key>")
def frame(key: str) -> ResponseReturnValue:
    """The framed question. Only the publisher's own sites may frame it."""
    with runtime().begin() as session:
        found = find_embed(session, key)
    if found is None:
        return render_template("student/embed_gone.html"), 404
    response = make_response(
        render_template(
            "student/embed.html",
            form=EmbedForm(formdata=None),
            carried=_carried(found),
            target="_top" if request.args.get("open") == HERE else "_blank",
        )
    )
    return _framed_by(response, found)


def _carried(embed: Embed) -> dict[str, str]:
    """What goes along in the address of the form."""
    tags = {name: cleaned(request.args.get(name, "")) for name in CAMPAIGN_TAGS}
    return {PUBLISHER: embed.key, **{name: value for name, value in tags.items() if value}}


def _framed_by(response: Response, embed: Embed) -> Response:
    allowed = f"frame-ancestors {' '.join(embed.origins)}"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(_NOBODY, allowed)
    # A page that asks for CORP of all it loads may frame it too.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
