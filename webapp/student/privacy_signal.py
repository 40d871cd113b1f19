"""Global Privacy Control: a browser's word that its person wants their data neither sold nor shared (W3C GPC)."""

from flask import Blueprint, Response, jsonify, request

blueprint = Blueprint("privacy_signal", __name__)

LAST_CHANGED = "2026-11-25"
"""When what we do about the signal last changed."""


def sends_gpc() -> bool:
    """Whether the browser sent the signal with this request."""
    return request.headers.get("Sec-GPC") == "1"


@blueprint.get("/.well-known/gpc.json")
def support() -> Response:
    """That we honour the signal, for machines (GPC, section 4)."""
    return jsonify(gpc=True, lastUpdate=LAST_CHANGED)
