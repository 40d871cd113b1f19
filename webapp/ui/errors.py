"""Error pages in plain words."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What an error page says: what happened, and what to do now."""

    title: str
    text: str


_PAGE_EXPIRED = ErrorWords(
    "This page was open for too long",
    "Your page was open for long, so we could not be sure that you sent it. Go back and send again: nothing is lost.",
)

_WORDS = {
    400: ErrorWords(
        "We could not read what was sent",
        "Something in the address or in the form did not arrive whole. Go back, reload the page and try again.",
    ),
    401: ErrorWords("Log in to see this page", "This page is for people who are logged in. Log in and try again."),
    403: ErrorWords(
        "You may not open this page",
        "Your account does not have access to it. If you think it should, ask the person who looks after your account.",
    ),
    404: ErrorWords(
        "We could not find this page",
        "If you typed the address, check it. If you followed a link, it may have expired.",
    ),
    405: ErrorWords(
        "This page cannot be used in this way", "Go back to the page you came from and use its button or form."
    ),
    410: ErrorWords("This page is no longer here", "It was removed, or its link has expired."),
    413: ErrorWords(
        "That is too large", "What you sent is larger than we accept. Send a smaller file or a shorter text."
    ),
    429: ErrorWords(
        "Too many tries in a short time",
        "To keep this service fair we limit how often a page can be sent. Wait a minute and try again.",
    ),
    500: ErrorWords(
        "Something went wrong on our side",
        "It is not your fault and what you saved is safe. Wait a minute and try again.",
    ),
    503: ErrorWords("We are not available right now", "We are working on it. Wait a few minutes and try again."),
}


def words_for(code: int) -> ErrorWords:
    """The words for an HTTP status; one we have no words for reads like the general one of its class."""
    return _WORDS.get(code) or _WORDS[500 if code >= 500 else 400]


ErrorAnswer = Callable[[HTTPException, ErrorWords], Response]
_OTHER_ANSWERS = "error_answers"


def answer_errors_under(app: Flask, prefix: str, answer: ErrorAnswer) -> None:
    """Have errors of addresses that begin with ``prefix`` answered by ``answer``: machines want no page."""
    app.extensions.setdefault(_OTHER_ANSWERS, {})[prefix] = answer


def install_error_pages(app: Flask) -> None:
    """Answer every HTTP error of ``app`` with ``error.html``; headers such as Allow and Retry-After are kept."""

    def page(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:
            return error
        code = error.code or 500
        words = _PAGE_EXPIRED if isinstance(error, CSRFError) else words_for(code)
        for prefix, answer in app.extensions.get(_OTHER_ANSWERS, {}).items():
            if request.path.startswith(prefix):
                told: Response = answer(error, words)
                return told
        html = render_template("error.html", code=code, words=words, reference=g.get("request_id"))
        response = Response(html, status=code, mimetype="text/html")
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
        return response

    app.register_error_handler(HTTPException, page)
