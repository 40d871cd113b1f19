"""The preference centre: which mails a student gets, topic by topic, each with the way back."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.context import rate_limited, runtime
from webapp.domain.errors import Refused
from webapp.domain.message import STOPPABLE, MessageClass
from webapp.domain.unsubscribe import ALL
from webapp.queries.mail_topic import MailTopic, mail_topics
from webapp.services import unsubscribe
from webapp.student.own_page import keep_private, person_of

blueprint = Blueprint("mail_topics", __name__)
keep_private(blueprint)


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What a topic is called, what is in it, and what its mails are called in a sentence."""

    title: str
    meaning: str
    mails: str


TOPIC_WORDS: Final[dict[str, TopicWords]] = {
    MessageClass.MATCHES: TopicWords(
        "Lists of programs", "The list you ask for with the form, once for each time you ask.", "lists of programs"
    ),
    MessageClass.FOLLOW_UP: TopicWords(
        "All follow-ups", "Whatever we write of our own accord after a request. It holds the two below.", "follow-ups"
    ),
    MessageClass.CONTACT_QUESTION: TopicWords(
        "Did the school contact you?",
        "One question, a week after a school got your details. Once for each school.",
        "questions whether a school contacted you",
    ),
    MessageClass.LISTING_CHANGED: TopicWords(
        "Changes to programs on your list",
        "When price, start or offer changes; at most one mail a day. Only if you turn it on.",
        "news of changed programs",
    ),
    ALL: TopicWords("All of these", "", "lists, questions or news"),
}


@blueprint.get("/my-data/<token>/mails")
def show(token: str) -> ResponseReturnValue:
    """Each topic, whether it comes, and the button that changes that."""
    person = person_of(token)
    with runtime().begin() as session:
        found = mail_topics(session, person.prospect_id)
    return render_template(
        "student/mail_topics.html", person=person, found=found, words=TOPIC_WORDS, token=token, state=_state
    )


@blueprint.post("/my-data/<token>/mails/<topic>/stop")
@rate_limited("30/minute;200/hour")
def stop(token: str, topic: str) -> ResponseReturnValue:
    """No more mails of this topic. Twice is the same as once."""
    built, person, message_class = runtime(), person_of(token), _class(topic)
    with built.begin() as session:
        unsubscribe.stop_topic(session, built.clock, person.prospect_id, message_class)
    flash(f"Stopped: you get no more {TOPIC_WORDS[message_class].mails}. The button beside it takes that back.", "good")
    return redirect(url_for(".show", token=token), 303)


@blueprint.post("/my-data/<token>/mails/<topic>/resume")
@rate_limited("30/minute;200/hour")
def resume(token: str, topic: str) -> ResponseReturnValue:
    """Mails of this topic again, or for the first time."""
    built, person, message_class = runtime(), person_of(token), _class(topic)
    try:
        with built.begin() as session:
            unsubscribe.resume_topic(session, person.prospect_id, message_class)
    except Refused as refusal:
        flash(" ".join(f"{problem.what} {problem.remedy}" for problem in refusal.problems), "warm")
    else:
        flash(f"Done: you get {TOPIC_WORDS[message_class].mails} from now on.", "good")
    return redirect(url_for(".show", token=token), 303)


def _class(topic: str) -> MessageClass:
    return next((each for each in STOPPABLE if each == topic), None) or abort(404)


def _state(topic: MailTopic) -> tuple[str, str]:
    """How a topic stands, in words and tone."""
    if topic.comes:
        return ("On", "good")
    if topic.by_us:
        return ("Stopped: mail came back, or was reported", "error")
    return ("Stopped", "neutral") if topic.stopped else ("Off", "neutral")
