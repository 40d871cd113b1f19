"""How one try at an endpoint ended, in words: what its system answered, or why there was no answer."""

import re
from collections.abc import Mapping
from typing import Final

_HTTP: Final = re.compile(r"http_(\d{3})")
_NO_ANSWER: Final[Mapping[str, str]] = {
    "timed_out": "No answer in time.",
    "connection_refused": "Nobody listens at that address.",
    "connection_lost": "The connection broke.",
    "name_not_resolved": "The host name has no address.",
    "address_refused": "The address lies inside a private network.",
    "url_refused": "The address is not one we may post to.",
    "redirect_refused": "It answered with a redirect, which we do not follow.",
}


def answer_words(who: str, code: str) -> str:
    """A sentence about the try that ended as `code`; "" for a code that is not about the wire.

    `who` begins the sentence: "The partner", "Your system".
    """
    if answered := _HTTP.fullmatch(code):
        return _status_words(who, int(answered[1]))
    return _NO_ANSWER.get(code, "")


def _status_words(who: str, status: int) -> str:
    """What an HTTP status means to us; design.md, "Lead out"."""
    if 200 <= status < 300:
        return f"{who} took it."
    if status == 409:
        return f"{who} knew it already."
    if status == 410:
        return f"{who} says that its endpoint is gone for good."
    if status in (408, 425, 429) or status >= 500:
        return f"{who} could not take it now."
    return f"{who} refused it."
