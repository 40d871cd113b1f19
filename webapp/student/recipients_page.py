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
    """One school. `sent` is empty where what was sent is not kept (any more); `erased` is what it was told of that."""

    lead_id: UUID
    legal_name: str
    program: str
    since: datetime
    is_sure: bool
    sent: tuple[SentGroup, ...]
    told: tuple[Event, ...]
    erased: tuple[Event, ...]
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
            told=tuple(event for told in each.told for event in _events(told, is_last=told is each.told[-1])),
            erased=tuple(
                event for told in each.told if told.kind is NoticeKind.ERASED for event in _events(told, is_last=True)
            ),
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
        for key, item in sorted(value.items(), key=lambda entry: _place(entry[0])):
            yield from _items(item, f"{name}: {_word(key)}" if name else _word(key))
    elif isinstance(value, list | tuple):
        if value:
            told = [str(item) for item in value]
            # Whole sentences stand beside each other; words are listed.
            yield name, " ".join(told) if told[0].endswith(".") else join_words(told)
    elif isinstance(value, bool):
        yield name, "Yes" if value else "No"
    elif value not in (None, ""):
        yield name, str(value)


def _place(key: str) -> int:
    """The database keeps objects without the order of their keys: who one is comes before where one lives."""
    return _ORDER.index(key) if key in _ORDER else len(_ORDER)


def _word(key: str) -> str:
    return _WORDS.get(key, key.replace("_", " ").capitalize())


def _events(told: ToldSince, *, is_last: bool) -> Iterator[Event]:
    """What became of one notice. That the school has not answered yet is said of the last one only."""
    what = _DECIDED[told.kind].format(fields=join_words([_word(name).lower() for name in told.fields]))
    yield Event(what, told.decided_at)
    if told.status is NoticeStatus.CANCELLED:
        return
    if told.told_at is not None:
        yield Event("Its system was told", told.told_at)
    if told.mailed_at is not None:
        yield Event("It was told by mail", told.mailed_at)
    if told.told_at is None and told.mailed_at is None:
        yield Event("We are telling it", None, "We try again until it works.", "current")
    if told.acknowledged_at is not None:
        how = "by its system" if told.acknowledged_by is AcknowledgedBy.ANSWER else "by a person there"
        yield Event(_DONE[told.kind], told.acknowledged_at, f"Said {how}.")
    elif is_last:
        yield Event("It has not said yet that it is done", None, "It has a link to say so.", "todo")


_ORDER = (
    *("first_name", "last_name", "email", "phone", "city", "state", "postal_code", "country"),
    *("education", "field", "gpa", "work_years", "english", "subjects", "goal"),
    *("band", "reasons", "legal_entity", "text", "text_version", "given_at", "channels"),
)
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
    NoticeKind.WITHDRAWN: "It confirmed that it stopped and deleted",
    NoticeKind.CORRECTED: "It confirmed the correction",
    NoticeKind.ERASED: "It confirmed that it erased your details",
}
