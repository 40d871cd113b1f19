"""Global Privacy Control: a browser's word that its person wants their data neither sold nor shared (W3C GPC)."""

from flask import request


def sends_gpc() -> bool:
    """Whether the browser sent the signal with this request."""
    return request.headers.get("Sec-GPC") == "1"
