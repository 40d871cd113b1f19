"""Unsubscribing by the link in a mail: a page with a button for people, one POST for mail programs (RFC 8058).

The link is signed for one message and one topic. No log-in, no cookie; opening it changes nothing.
"""

from uuid import UUID

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.context import csrf, rate_limited, runtime
from webapp.domain.errors import NotFound
from webapp.domain.unsubscribe import ALL, CLASSES_OF, ONE_CLICK
from webapp.queries.mail_topic import find_stopped
from webapp.services import unsubscribe
from webapp.student.mail_topics import TOPIC_WORDS
from webapp.student.own_page import keep_private

blueprint = Blueprint("unsubscribe", __name__)
keep_private(blueprint)


@blueprint.get("/unsubscribe/<topic>/<token>")
def ask(topic: str, token: str) -> ResponseReturnValue:
    """The page behind the link, with its buttons. Scanners open it as often as they like."""
    return _page(topic, _message_id(topic, token))


@blueprint.post("/unsubscribe/<topic>/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@rate_limited("600/minute")
def stop(topic: str, token: str) -> ResponseReturnValue:
    """Stop mail of this topic. Mail programs post the one pair of RFC 8058, our page posts the same.

    Large providers post for many readers from one address, so the limit is wide.
    """
    name, value = ONE_CLICK
    if request.form.get(name) != value:
        abort(400)
    message_id = _message_id(topic, token)
    built = runtime()
    try:
        with built.begin() as session:
            unsubscribe.stop(session, built.clock, message_id, topic)
    except NotFound:
        abort(404)
    return _page(topic, message_id)


@blueprint.post("/unsubscribe/<topic>/<token>/undo")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships no types
@rate_limited("30/minute;200/hour")
def undo(topic: str, token: str) -> ResponseReturnValue:
    """Take it back."""
    message_id = _message_id(topic, token)
    try:
        with runtime().begin() as session:
            unsubscribe.undo(session, message_id, topic)
    except NotFound:
        abort(404)
    return _page(topic, message_id)


def _message_id(topic: str, token: str) -> UUID:
    if topic not in CLASSES_OF:
        abort(404)
    return runtime().links.message_to_stop(token, topic) or abort(404)


def _page(topic: str, message_id: UUID) -> str:
    built = runtime()
    with built.begin() as session:
        stopped = find_stopped(session, message_id)
    if stopped is None:
        abort(404)
    return render_template(
        "student/unsubscribe.html",
        topic=topic,
        all_topics=ALL,
        words=TOPIC_WORDS,
        stopped=stopped,
        tokens={each: built.links.unsubscribe_token(message_id, each) for each in (topic, ALL)},
        one_click=dict([ONE_CLICK]),
    )
