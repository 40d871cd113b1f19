"""Who has the student's details, in plain words: what went, when, and what each school was told since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.domain.consent import join_words
from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.queries.recipients import Recipient, ToldSince
from webapp.student.introduction_words import Event


@dataclass(frozen=True, slots=True)
class SentGroup:
    """Items that went to a school, as (name, value), under one heading."""

    title: str
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecipientView:
    """One school. `sent` is empty where what was sent is not kept (any more)."""

    lead_id: UUID
    legal_name: str
    program: str
    since: datetime
    is_sure: bool
    sent: tuple[SentGroup, ...]
    told: tuple[Event, ...]
    is_done: bool


def recipient_views(recipients: Sequence[Recipient]) -> tuple[RecipientView, ...]:
    """Each school as the pages show it."""
    return tuple(
        RecipientView(
            lead_id=each.lead_id,
            legal_name=each.legal_name,
            program=each.program_name,
            since=each.first_sent_at,
            is_sure=each.is_sure,
            sent=tuple(_groups(each.sent or {})),
            told=tuple(event for told in each.told for event in _events(told, each.legal_name)),
            is_done=any(t.kind is NoticeKind.ERASED and t.acknowledged_at is not None for t in each.told),
        )
        for each in recipients
    )


def _groups(document: Mapping[str, Any]) -> Iterator[SentGroup]:
    """Every value of the document, also of parts that this page has no words for."""
    named = [(title, path) for path, title in _GROUPS.items() if path in document]
    others = [("", path) for path in document if path not in _GROUPS]
    for title, path in named:
        yield SentGroup(title, tuple(_items(document[path], "")))
    rest = tuple(item for _, path in others for item in _items(document[path], _word(path)))
    if rest:
        yield SentGroup("About the lead itself", rest)


def _items(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _items(item, f"{name}: {_word(key)}" if name else _word(key))
    elif isinstance(value, list | tuple):
        if value:
            yield name, join_words([str(item) for item in value])
    elif isinstance(value, bool):
        yield name, "Yes" if value else "No"
    elif value not in (None, ""):
        yield name, str(value)


def _word(key: str) -> str:
    return _WORDS.get(key, key.replace("_", " ").capitalize())


def _events(told: ToldSince, school: str) -> Iterator[Event]:
    what = _DECIDED[told.kind].format(fields=join_words([_word(name).lower() for name in told.fields]))
    yield Event(what, told.decided_at)
    if told.status is NoticeStatus.CANCELLED:
        return
    if told.told_at is not None:
        yield Event(f"{school}’s system was told", told.told_at)
    if told.mailed_at is not None:
        yield Event(f"{school} was told by mail", told.mailed_at)
    if told.told_at is None and told.mailed_at is None:
        yield Event(f"We are telling {school}", None, "We try again until it works.", "current")
    if told.acknowledged_at is not None:
        how = "by its system" if told.acknowledged_by is AcknowledgedBy.ANSWER else "by a person there"
        yield Event(_DONE[told.kind].format(school=school), told.acknowledged_at, f"Said {how}.")
    else:
        yield Event(f"{school} has not said yet that it is done", None, "It has a link to say so.", "todo")


_GROUPS = {
    "student": "Who you are",
    "background": "Your background and goal",
    "match": "The match",
    "contact_preferences": "How it may contact you",
    "consent": "Your permission",
    "source": "Where you came from",
}
_WORDS = {
    "email": "E-mail",
    "phone": "Phone",
    "gpa": "Grade point average",
    "postal_code": "ZIP or postal code",
    "record_id": "Record",
    "url": "Address of the record",
    "max_attempts": "Most attempts",
    "lead_id": "Number of the lead",
    "program_id": "Number of the program",
    "landing_url": "First page",
}
_DECIDED = {
    NoticeKind.WITHDRAWN: "You took the introduction back",
    NoticeKind.CORRECTED: "You corrected your {fields}",
    NoticeKind.ERASED: "You had everything erased",
}
_DONE = {
    NoticeKind.WITHDRAWN: "{school} confirmed that it stopped and deleted",
    NoticeKind.CORRECTED: "{school} confirmed the correction",
    NoticeKind.ERASED: "{school} confirmed that it erased your details",
}
