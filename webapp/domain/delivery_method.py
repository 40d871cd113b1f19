"""A delivery method: one way a partner takes leads. Its settings by kind, as checked values that go into rows as JSON.

A partner has up to three methods in an order. The second is used only for what the first has failed to hand over.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from webapp.domain.answer_rule import AnswerRule, read_rules
from webapp.domain.cell import guard
from webapp.domain.delivery import Channel
from webapp.domain.errors import Problem, Refused
from webapp.domain.field_map import MappedField, read_fields
from webapp.domain.mapped_value import as_form, as_json, as_text, fill

_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_OURS: Final = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "expect", "upgrade", "te", "trailer",
     "accept", "accept-encoding", "user-agent", "cookie", "webhook-id", "webhook-timestamp", "webhook-signature",
     "x-redelivery"}
)  # fmt: skip
_ADDRESS: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
CSV_TYPE: Final = "text/csv; charset=utf-8"
MOST_TIMES: Final = 24
EVERY_DAY: Final = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class WebhookConfig:
    """A signed webhook: the whole document, as the Standard Webhooks say."""

    answers: tuple[AnswerRule, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return _said(answers=[rule.to_json() for rule in self.answers])


@dataclass(frozen=True, slots=True)
class PostConfig:
    """A post of the partner's own fields, as JSON or as a form; signed too, for whoever looks.

    `credential_header` is the header that carries the partner's own key, which is kept sealed beside this.
    """

    fields: tuple[MappedField, ...]
    answers: tuple[AnswerRule, ...] = ()
    credential_header: str = ""

    def to_json(self) -> dict[str, Any]:
        return _said(
            fields=[field.to_json() for field in self.fields],
            answers=[rule.to_json() for rule in self.answers],
            credential_header=self.credential_header,
        )


@dataclass(frozen=True, slots=True)
class EmailConfig:
    """A mail for each lead. `link_only` mails hold a link to the portal and nothing about the student."""

    address: str
    link_only: bool = True

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "link_only": self.link_only}


@dataclass(frozen=True, slots=True)
class CsvConfig:
    """A file for each due time, in the partner's portal. `times` are local to it; `days` count from Monday, 0."""

    fields: tuple[MappedField, ...]
    times: tuple[time, ...] = (time(6, 0),)
    days: tuple[int, ...] = EVERY_DAY

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": [field.to_json() for field in self.fields],
            "times": [f"{each:%H:%M}" for each in self.times],
            "days": list(self.days),
        }

    def next_due(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first due time later than `after` (aware), in UTC.

        A local time that the clock skips in spring is due as much later; one it repeats in autumn, the first time.
        """
        today = after.astimezone(zone).date()
        found = [
            datetime.combine(today + timedelta(days=ahead), each, zone).astimezone(after.tzinfo)
            for ahead in range(-1, 9)
            for each in self.times
            if (today + timedelta(days=ahead)).weekday() in self.days
        ]
        return min(moment for moment in found if moment > after)


@dataclass(frozen=True, slots=True)
class PortalConfig:
    """Nothing is sent: the lead is in the partner's portal, and that is its delivery."""

    def to_json(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one system of a partner's is asked to take: requests a minute (None: no limit), and at the same time."""

    per_minute: int | None = None
    at_once: int = 4

    def problems(self) -> list[Problem]:
        """What is out of bounds."""
        found = []
        if self.per_minute is not None and not 1 <= self.per_minute <= 6000:
            found.append(Problem("per_minute", "is out of bounds.", "1 to 6000, or leave it out for no limit."))
        if not 1 <= self.at_once <= 32:
            found.append(Problem("at_once", "is out of bounds.", "1 to 32."))
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a method is to be. `config` is in JSON form; `credential` is the partner's own key, None: as it was."""

    kind: Channel
    name: str = ""
    url: str | None = None
    config: Mapping[str, Any] | None = None
    limits: Limits = field(default_factory=Limits)
    credential: str | None = None


Config = WebhookConfig | PostConfig | EmailConfig | CsvConfig | PortalConfig


def read_config(channel: Channel, told: Mapping[str, Any]) -> Config:
    """The settings of a method of the kind `channel` from their JSON form. Refused with every fault, and what to do."""
    reader = _Reader(told)
    match channel:
        case Channel.WEBHOOK:
            config: Config = WebhookConfig(reader.answers())
        case Channel.JSON_POST | Channel.FORM_POST:
            config = PostConfig(reader.fields(), reader.answers(), reader.credential_header())
        case Channel.EMAIL:
            config = EmailConfig(reader.address(), reader.flag("link_only", otherwise=True))
        case Channel.CSV_BATCH:
            config = CsvConfig(reader.fields(), reader.times(), reader.days())
        case Channel.PORTAL:
            config = PortalConfig()
    reader.finish()
    return config


@dataclass(frozen=True, slots=True)
class Body:
    """What a method makes of a document, and what stands in the way of sending it, field by field."""

    content: bytes
    content_type: str
    problems: tuple[Problem, ...] = ()


def body_for(channel: Channel, config: Config, document: Mapping[str, Any]) -> Body:
    """The body a method of the kind `channel` makes of `document`: what is sent, and what a preview shows.

    A mail and the portal show the document itself, so theirs is empty.
    """
    match config:
        case WebhookConfig():
            return Body(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), JSON_TYPE)
        case PostConfig(fields=fields):
            filled = fill(fields, document)
            if channel is Channel.FORM_POST:
                return Body(as_form(filled.values), FORM_TYPE, filled.problems)
            return Body(as_json(filled.values), JSON_TYPE, filled.problems)
        case CsvConfig(fields=fields):
            return Body(csv_of(fields, [document]), CSV_TYPE, fill(fields, document).problems)
        case _:
            return Body(b"", "")


def csv_of(fields: Sequence[MappedField], documents: Iterable[Mapping[str, Any]]) -> bytes:
    """A file with a line for each document. No cell runs as a formula where the file is opened.

    UTF-8 with a mark at its start, without which spreadsheets take it for something else.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guard(field.name) for field in fields])
    for document in documents:
        writer.writerow(
            [guard(as_text(value).replace("\x00", "").strip()) for _, value in fill(fields, document).values]
        )
    return out.getvalue().encode("utf-8-sig", "replace")


class _Reader:
    """Takes settings apart one by one and keeps every fault; `finish` refuses them all at once."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._left = dict(told)
        self._problems: list[Problem] = []

    def fields(self) -> tuple[MappedField, ...]:
        try:
            return read_fields(self._left.pop("fields", None))
        except Refused as refusal:
            self._problems += refusal.problems
            return ()

    def answers(self) -> tuple[AnswerRule, ...]:
        try:
            return read_rules(self._left.pop("answers", []))
        except Refused as refusal:
            self._problems += refusal.problems
            return ()

    def credential_header(self) -> str:
        name = self._left.pop("credential_header", "")
        if name and (not isinstance(name, str) or not _HEADER.fullmatch(name) or name.lower() in _OURS):
            self._fault(
                "credential_header", "is not a header that you can set.", "For example Authorization or X-Api-Key."
            )
            return ""
        return str(name)

    def address(self) -> str:
        address = self._left.pop("address", "")
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            self._fault("address", "is no e-mail address.", "Give the one mailbox that takes leads.")
            return ""
        return address

    def flag(self, name: str, *, otherwise: bool) -> bool:
        told = self._left.pop(name, otherwise)
        if not isinstance(told, bool):
            self._fault(name, "is neither true nor false.", "Write true or false.")
            return otherwise
        return told

    def times(self) -> tuple[time, ...]:
        told = self._left.pop("times", ["06:00"])
        good = isinstance(told, list) and 1 <= len(told) <= MOST_TIMES
        if not good or not all(isinstance(each, str) and _TIME.fullmatch(each) for each in told):
            self._fault("times", "are not times of the day.", 'Write ["06:00", "14:30"].')
            return (time(6, 0),)
        return tuple(sorted({time.fromisoformat(each) for each in told}))

    def days(self) -> tuple[int, ...]:
        told = self._left.pop("days", list(EVERY_DAY))
        if not isinstance(told, list) or not told or not all(type(each) is int and 0 <= each <= 6 for each in told):
            self._fault("days", "are not days of the week.", "Numbers from 0, Monday, to 6, Sunday; one at least.")
            return EVERY_DAY
        return tuple(sorted(set(told)))

    def finish(self) -> None:
        for name in sorted(self._left):
            self._fault(name, "is not a setting of this kind of method.", "Leave it out.")
        if self._problems:
            raise Refused(*self._problems)

    def _fault(self, where: str, what: str, remedy: str) -> None:
        self._problems.append(Problem(where, what, remedy))


def _said(**told: Any) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value}
