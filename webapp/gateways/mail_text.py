"""A mail from outside as texts: its head, what people read in it, reports for machines, and what it returns of ours.

Taking one apart is bounded: so many parts, no deeper than so, so much text of each.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

MOST_PARTS: Final = 60
DEEPEST: Final = 8
_LONGEST_TEXT: Final = 20_000
_FIELD: Final = re.compile(r"([A-Za-z0-9-]{2,60})[ \t]*:[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class _Part:
    """One part: its type, and its text or, of a report, its fields as text."""

    kind: str
    text: str


class MailText:
    """A mail as texts: its own head, what people read, the reports for machines, and what it returns of ours."""

    def __init__(self, mail: Message) -> None:
        self.head = {name.lower(): _plain(value) for name, value in reversed(mail.items())}
        self.all_heads = "\n".join(f"{name}: {_plain(value)}" for name, value in mail.items())
        self.parts = list(_parts(mail))
        self.type = mail.get_content_type()
        self.report_type = _plain(str(mail.get_param("report-type", ""))).lower()

    def get(self, name: str) -> str:
        return self.head.get(name, "")

    @property
    def subject(self) -> str:
        return self.get("subject")

    @property
    def body(self) -> str:
        """What people read, without what it quotes of ours."""
        texts = [part.text for part in self.parts if part.kind in ("text/plain", "text/html")]
        return _above_the_copy("\n".join(texts))[:_LONGEST_TEXT]

    def reports(self, kind: str) -> list[str]:
        return [part.text for part in self.parts if part.kind == kind]

    def has_copy(self) -> bool:
        """Whether it returns a mail, whole or in part."""
        kinds = {part.kind for part in self.parts}
        return bool(kinds & {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})

    def everything(self) -> str:
        return "\n".join([self.all_heads, *(part.text for part in self.parts)])


def _above_the_copy(text: str) -> str:
    """A text up to where it begins to quote the mail it is about."""
    marks = (
        r"-{2,} ?(This is a copy|Original message|Below this line is a copy|The header|Message header|Forwarded)",
        r"-{3,}.{0,40}(copy of (your|the) message|original message|returned message)",
        r"\n(Received|Return-Path|Message-I[Dd]): ",
    )
    ends = [found.start() for mark in marks if (found := re.search(mark, text, re.IGNORECASE))]
    return text[: min(ends)] if ends and min(ends) > 0 else text


def fields_of(text: str) -> Mapping[str, str]:
    """Fields of a report, folded lines joined, of several with one name the first."""
    found: dict[str, str] = {}
    for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines():
        field = _FIELD.fullmatch(line.strip())
        if field:
            found.setdefault(field[1].lower(), _plain(field[2]).strip())
    return found


def _parts(mail: Message, depth: int = 0, budget: list[int] | None = None) -> Iterator[_Part]:
    """Every part in order as text, also what lies in a returned mail; so many, and no deeper than so."""
    budget = [MOST_PARTS] if budget is None else budget
    budget[0] -= 1
    if budget[0] < 0 or depth > DEEPEST:
        return
    kind = mail.get_content_type()
    inner = mail.get_payload()
    if kind in ("message/delivery-status", "message/global-delivery-status", "message/feedback-report") or kind in (
        "message/disposition-notification",
        "text/rfc822-headers",
        "message/rfc822-headers",
    ):
        yield _Part(kind, _flat(mail))
        return
    if isinstance(inner, list):
        if kind.startswith("message/"):
            yield _Part(kind, "\n".join(_heads(each) for each in inner if isinstance(each, Message)))
            return
        for each in inner:
            if isinstance(each, Message):
                yield from _parts(each, depth + 1, budget)
        return
    # What calls itself several parts and is none was cut badly: people's words, if anything.
    yield _Part("text/plain" if kind.startswith("multipart/") else kind, _text(mail))


def _flat(mail: Message) -> str:
    """A report's fields as one text, however the parser cut them up: groups stay apart by an empty line."""
    inner = mail.get_payload()
    if isinstance(inner, list):
        groups = [f"{_heads(each)}\n{_text(each)}".strip() for each in inner if isinstance(each, Message)]
        return "\n\n".join(groups)
    return _text(mail)


def _heads(mail: Message) -> str:
    return "\n".join(f"{name}: {_plain(value)}" for name, value in mail.items())[:_LONGEST_TEXT]


def _text(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = mail.get_content_charset() or "utf-8"
    try:
        text = payload[:_LONGEST_TEXT].decode(charset, "replace")
    except LookupError:
        text = payload[:_LONGEST_TEXT].decode("utf-8", "replace")
    return text if mail.get_content_type() != "text/html" else re.sub(r"<[^>@]{1,500}>", " ", text)


def _plain(value: object) -> str:
    """A header's value with its encoded words read; as it stands where they cannot be."""
    text = str(value)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (MessageError, ValueError, LookupError):
        return text
