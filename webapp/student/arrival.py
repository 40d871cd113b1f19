"""How a student came here: campaign tags of the address and the first page, kept until a draft is begun."""

import re
from collections.abc import Mapping

from flask import request, session

from webapp.context import runtime
from webapp.domain.publisher import KEY, PUBLISHER

CAMPAIGN_TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
LANDING = "landing_url"
IN_FRAME = "student.embed"
TAG_LIMIT = 120
_KEPT = "arrival"
_UNWANTED = re.compile(r"[^\w .,:;+/()&%~-]", re.ASCII)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")


def remember_arrival() -> None:
    """Keep where the student landed, once, in their own signed cookie. Nothing is written on the server."""
    if request.method != "GET" or _KEPT in session:
        return
    publisher = request.args.get(PUBLISHER, "")
    tags = {name: cleaned(request.args[name]) for name in CAMPAIGN_TAGS if request.args.get(name)}
    landing = runtime().settings.base_url + cleaned(request.path)
    kept = {**{name: value for name, value in tags.items() if value}, LANDING: landing}
    session[_KEPT] = {**kept, PUBLISHER: publisher} if KEY.fullmatch(publisher) else kept


def remember_campaign() -> None:
    """Keep the arrival on any page whose address carries campaign tags, but not in a frame on somebody's page."""
    if request.blueprint == IN_FRAME:
        return
    if any(request.args.get(name) for name in (*CAMPAIGN_TAGS, PUBLISHER)):
        remember_arrival()


def attribution() -> Mapping[str, str]:
    """What was kept, for the draft."""
    kept = session.get(_KEPT)
    if not isinstance(kept, dict):
        return {}
    return {name: str(kept[name])[:300] for name in (*CAMPAIGN_TAGS, LANDING, PUBLISHER) if name in kept}


def forget_arrival() -> None:
    """Keep nothing of it any longer."""
    session.pop(_KEPT, None)


def cleaned(text: str) -> str:
    """A tag without characters that tags do not need, without e-mail addresses, at most `TAG_LIMIT` long."""
    return _UNWANTED.sub("", _ADDRESS.sub("", text)).strip()[:TAG_LIMIT]
