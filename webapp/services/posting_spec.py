"""The posting spec: what a partner is sent, field by field, with an example and how to check its signature.

The example and its fields come from the code that posts leads, so the spec cannot fall behind it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.consent import CONSENT_TEXT_VERSION, introduction_text
from webapp.domain.contact_preferences import ContactHours, ContactPreferences, Day
from webapp.domain.errors import NotFound
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.domain.question import Answer, QuestionKind
from webapp.domain.submission import Contact
from webapp.gateways.signature import signature_headers
from webapp.models import Partner, PartnerEndpoint, PartnerQuestion
from webapp.services.posting import Marks, Posting, body_of

EXAMPLE_SECRET: Final = "whsec_cHJvZ3JhbS1tYXRjaC1leGFtcGxlLXNlY3JldC0zMmI="  # noqa: S105  # published on purpose: it signs nothing but the example
EXAMPLE_ID: Final = "msg_01890a5d6c7e7b1f9a3c2d4e5f607182"
_AT: Final = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
_LEAD: Final = UUID("01890a5d-6c7e-7b1f-9a3c-2d4e5f607182")
_CONSENT: Final = UUID("01890a5d-6c7e-7d20-8b11-6a7c8d9e0f13")
_QUESTION: Final = UUID("01890a5d-6c7e-7e31-8c22-7b8d9eafb024")
_REASON: Final = {
    "kind": "support",
    "code": "goal_field",
    "criterion": "goal",
    "student": {"path": "goal.occupation", "value": "15-2051"},
    "fact": {"column": "cip", "value": "30.7001", "strength": 1.0},
    "source": "Larkspur Institute",
    "as_of": "2026-11-01",
}

_ANSWER_KINDS: Final = {
    QuestionKind.TEXT: "text",
    QuestionKind.CHOICE: "text, one of the options",
    QuestionKind.YES_NO: "true or false",
    QuestionKind.NUMBER: "number",
    QuestionKind.DATE: "date, YYYY-MM-DD",
}


@dataclass(frozen=True, slots=True)
class SpecField:
    """One field of the document: its path, its kind, when it is there, and what it means."""

    path: str
    kind: str
    presence: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class SpecQuestion:
    """A question of the partner's own, whose answer comes in `answers`."""

    question_id: UUID
    label: str
    program_id: str | None
    kind: str
    required: bool
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedExample:
    """One request as it is posted: the secret it is signed with, its headers and its body."""

    secret: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class PostingSpec:
    """Everything a partner's developers need to take leads. Without a partner: what holds for every one."""

    partner: str | None
    legal_name: str | None
    only_tests: bool
    endpoints: tuple[str, ...]
    questions: tuple[SpecQuestion, ...]
    fields: tuple[SpecField, ...]
    example: SignedExample


def general_spec() -> PostingSpec:
    """The spec without anything of one partner."""
    example = _example("Larkspur Institute, Inc.", test=False, answers=(_general_answer(),))
    return PostingSpec(None, None, False, (), (), _fields(json.loads(example.body)), example)


def get_posting_spec(session: Session, partner_id: UUID) -> PostingSpec:
    """The spec of one partner, with its own questions in it. NotFound without such a partner."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    questions = _questions(session, partner_id)
    is_test = partner.status is PartnerStatus.TEST
    answers = tuple(_answer_to(question) for question in questions) or (_general_answer(),)
    example = _example(partner.legal_name, test=is_test, answers=answers)
    urls = session.scalars(
        select(PartnerEndpoint.url)
        .where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.disabled_at.is_(None))
        .where(PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position)
    ).all()
    return PostingSpec(
        partner=partner.display_name,
        legal_name=partner.legal_name,
        only_tests=is_test,
        endpoints=tuple(url for url in urls if url),
        questions=questions,
        fields=_fields(json.loads(example.body)),
        example=example,
    )


def _questions(session: Session, partner_id: UUID) -> tuple[SpecQuestion, ...]:
    rows = session.scalars(
        select(PartnerQuestion)
        .where(PartnerQuestion.partner_id == partner_id, PartnerQuestion.active)
        .order_by(PartnerQuestion.position, PartnerQuestion.id)
    )
    return tuple(
        SpecQuestion(
            question_id=row.id,
            label=row.label,
            program_id=row.program_id,
            kind=_ANSWER_KINDS[row.kind],
            required=row.required,
            options=tuple(row.options),
        )
        for row in rows
    )


def _answer_to(question: SpecQuestion) -> Answer:
    kind = next(kind for kind, words in _ANSWER_KINDS.items() if words == question.kind)
    value: Any = {
        QuestionKind.TEXT: "In the evening.",
        QuestionKind.CHOICE: next(iter(question.options), ""),
        QuestionKind.YES_NO: True,
        QuestionKind.NUMBER: 3,
        QuestionKind.DATE: "2027-01-11",
    }[kind]
    return Answer(question.question_id, kind, question.label, value)


def _general_answer() -> Answer:
    return Answer(_QUESTION, QuestionKind.YES_NO, "Have you studied with us before?", False)


def _example(legal_name: str, *, test: bool, answers: tuple[Answer, ...]) -> SignedExample:
    channels = (ContactChannel.EMAIL, ContactChannel.PHONE)
    hours = ContactHours((Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI), ((17, 20),))
    preferences = ContactPreferences(hours=hours, time_zone="America/Los_Angeles")
    posting = Posting(
        marks=Marks(
            lead_id=str(_LEAD),
            record_id=str(_CONSENT),
            record_url=f"https://match.example/partner/consents/{_CONSENT}",
            given_at=_AT.isoformat(),
            submitted_at=_AT.isoformat(),
            expires_at=(_AT + timedelta(days=30)).isoformat(),
        ),
        test=test,
        program_id="larkspur-msds",
        contact=Contact("ana.silva@student.example", "Ana", "Silva", phone="+14155550123"),
        profile={
            "background": {"education": "bachelor", "field": "45", "gpa": 3.4, "work_years": 3, "english": "native"},
            "subjects": {"programming": "one_course", "statistics": "several_courses"},
            "goal": {"occupation": "15-2051", "credentials": ["master"]},
            "practical": {"country": "US", "state": "CA", "postal_code": "94110"},
        },
        band="strong",
        reasons=(_REASON,),
        channels=channels,
        preferences=preferences,
        answers=answers,
        legal_entity=legal_name,
        text_version=CONSENT_TEXT_VERSION,
        text=introduction_text(legal_name, "M.S. in Data Science", channels, preferences),
        attribution={"utm_source": "guide"},
    )
    body = body_of(posting)
    headers = {"content-type": "application/json", **signature_headers((EXAMPLE_SECRET,), EXAMPLE_ID, _AT, body)}
    return SignedExample(EXAMPLE_SECRET, headers, body.decode())


def _fields(document: Mapping[str, Any]) -> tuple[SpecField, ...]:
    return tuple(
        SpecField(path, *_MEANINGS[path], example=json.dumps(value, ensure_ascii=False))
        for path, value in leaves(document)
    )


def leaves(document: Mapping[str, Any], above: str = "") -> Sequence[tuple[str, Any]]:
    """Every field of a document with its path, in order. Lists of objects are looked into, as `answers[].question`."""
    found: list[tuple[str, Any]] = []
    for key, value in document.items():
        path = f"{above}{key}"
        if path in _WHOLE or value is None or not value:
            found.append((path, value))
        elif isinstance(value, Mapping):
            found += leaves(value, f"{path}.")
        elif isinstance(value, list) and isinstance(value[0], Mapping):
            found += leaves(value[0], f"{path}[].")
        else:
            found.append((path, value))
    return found


_WHOLE: Final = frozenset({"background", "source"})
_ALWAYS: Final = "always"
_OR_NULL: Final = "always; null where not known"
_HOURS: Final = "null where no calls or texts are allowed, or any hour will do"
_MEANINGS: Final[Mapping[str, tuple[str, str, str]]] = {
    "lead_id": ("UUID", _ALWAYS, "The lead. Name it whenever you tell us something of it."),
    "test": ("true or false", _ALWAYS, "True: not a student. Take it, answer it, contact nobody."),
    "program_id": ("text", _ALWAYS, "The program, by its id in our catalogue."),
    "student.first_name": ("text", _OR_NULL, "As the student wrote it."),
    "student.last_name": ("text", _OR_NULL, "As the student wrote it."),
    "student.email": ("text", _OR_NULL, "Where to write, if `channels` has `email`."),
    "student.city": ("text", "always null for now", "Not asked at present."),
    "student.state": ("text", _OR_NULL, "In the US: two letters."),
    "student.postal_code": ("text", _OR_NULL, "As the student wrote it."),
    "student.country": ("text", _OR_NULL, "ISO 3166-1, two letters."),
    "student.phone": ("text", "only where calls or texts are allowed", "In the form +14155550123."),
    "background": ("object", _ALWAYS, "What the student said of education, subjects and goal; each key is optional."),
    "match.band": ("text", _ALWAYS, "How well the program fits: `strong`, `good` or `possible`."),
    "match.reasons": ("list of text", _ALWAYS, "Why, in sentences; none tells the student's budget."),
    "contact_preferences.channels": ("list of text", _ALWAYS, "What is allowed: `email`, `phone`, `text`."),
    "contact_preferences.hours.days": ("list of text", _HOURS, "The days on which calls and texts are allowed."),
    "contact_preferences.hours.times[].from": ("HH:MM", _HOURS, "From then on, in the time zone given."),
    "contact_preferences.hours.times[].to": ("HH:MM", _HOURS, "Until then."),
    "contact_preferences.time_zone": ("text", _OR_NULL, "The student's, as in the IANA database."),
    "contact_preferences.language": ("text", _ALWAYS, "The language to use, as in ISO 639."),
    "contact_preferences.max_attempts": (
        "number",
        "null: no limit was set",
        "How often you may try without an answer.",
    ),
    "answers[].question_id": ("UUID", "where you ask something", "Your question."),
    "answers[].question": ("text", "where you ask something", "Your question as the student read it."),
    "answers[].answer": ("text, number, true or false", "where you ask something", "The student's answer."),
    "consent.record_id": ("UUID", _ALWAYS, "The record of what the student allowed."),
    "consent.url": ("web address", _ALWAYS, "Where that record can be read."),
    "consent.text_version": ("text", _ALWAYS, "Which edition of the wording."),
    "consent.text": ("text", _ALWAYS, "The exact words the student agreed to."),
    "consent.given_at": ("ISO 8601", _ALWAYS, "When."),
    "consent.channels": ("list of text", _ALWAYS, "The same as under contact_preferences."),
    "consent.legal_entity": ("text", _ALWAYS, "To whom: you, and nobody else."),
    "source": ("object", _ALWAYS, "How the student came to us: utm parameters and landing page, where known."),
    "submitted_at": ("ISO 8601", _ALWAYS, "When the student asked for the introduction."),
    "expires_at": ("ISO 8601", _ALWAYS, "After this it is no longer handed over."),
}
