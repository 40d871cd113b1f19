"""The pages for introductions as values: the schools to tick, and what each would get, in rows a person can read."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.contact_preferences import LANGUAGES, ContactHours, ways
from webapp.domain.country import country_label
from webapp.domain.label import band_label, counted
from webapp.domain.partner import ContactChannel
from webapp.domain.profile import Profile
from webapp.domain.question import Question, answer_words
from webapp.domain.time_zone import time_zone_label
from webapp.queries.offer import Offer
from webapp.services.posting import Posting, document_of
from webapp.services.preview import Preview
from webapp.student.results_page import ResultsPage
from webapp.student.summary import Answer, summary_of
from webapp.ui.choices import Option

WHY_SHOWN = 2
"""Reasons beside a box; all of them are on the list, and in what is sent."""


@dataclass(frozen=True, slots=True)
class SchoolChoice:
    """One box. `value` changes whenever what it stands for does, so that a box of an older page is not on this one."""

    value: str
    offer: Offer
    rank: int
    school: str
    demo: bool
    reasons: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def option(self) -> Option:
        """The box as the form takes it."""
        return Option(self.value, self.offer.legal_name)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what is sent, under one heading."""

    title: str
    rows: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class PreviewView:
    """All that one school would get: as rows, and as the document itself."""

    legal_name: str
    program: str
    institution: str
    test: bool
    parts: tuple[Part, ...]
    document: str
    words: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What all ticked schools would get alike, said once, and what is each one's own."""

    alike: tuple[Part, ...]
    schools: tuple[PreviewView, ...]


def choices_of(page: ResultsPage, questions: Mapping[UUID, Sequence[Question]]) -> tuple[SchoolChoice, ...]:
    """The boxes, in the order of the list."""
    cards = {card.program_id: card for card in page.cards}
    return tuple(
        SchoolChoice(
            value=f"{offer.partner_id} {_digest(offer)} {offer.program_id}",
            offer=offer,
            rank=cards[offer.program_id].rank,
            school=cards[offer.program_id].institution,
            demo=cards[offer.program_id].demo,
            reasons=tuple(reason.text for reason in cards[offer.program_id].reasons[:WHY_SHOWN]),
            questions=tuple(questions.get(offer.partner_id, ())),
        )
        for offer in page.schools
    )


def check_page(shown: Sequence[Preview]) -> CheckPage:
    """What each school would get. With one school all is its own."""
    told = [
        tuple(part for part in parts_of(preview.posting, preview.offer.program_name) if part.rows) for preview in shown
    ]
    alike = tuple(part for part in told[0] if all(part in parts for parts in told)) if len(shown) > 1 else ()
    return CheckPage(
        alike,
        tuple(
            PreviewView(
                legal_name=preview.offer.legal_name,
                program=preview.offer.program_name,
                institution=preview.offer.institution,
                test=preview.offer.test,
                parts=tuple(part for part in parts if part not in alike),
                document=json.dumps(document_of(preview.posting), ensure_ascii=False, indent=2),
                words=preview.posting.text,
            )
            for preview, parts in zip(shown, told, strict=True)
        ),
    )


def parts_of(posting: Posting, program: str) -> Iterator[Part]:
    """Everything in the document of `posting`, in words. What is empty there is left out here."""
    document = document_of(posting)
    yield Part("Who you are", tuple(_person(document["student"])))
    background = document["background"]
    about = {part: background[part] for part in ("goal", "subjects") if part in background}
    own = {key: value for key, value in background.items() if key not in about}
    for summary in summary_of(Profile.from_json({**about, "background": own})):
        if summary.step.section in ("goal", "background", "subjects"):
            yield Part(_TITLES[summary.step.section or ""], summary.answers)
    reasons = [Answer("Reason", reason) for reason in document["match"]["reasons"]]
    match = [Answer("Program", program), Answer("How well it fits", band_label(document["match"]["band"]))]
    yield Part("The match", (*match, *reasons))
    yield Part("How the school may contact you", tuple(_contact(document["contact_preferences"])))
    answers = [Answer(each.label, answer_words(each.kind, each.value)) for each in posting.answers]
    yield Part("Your answers to its questions", tuple(answers))
    yield Part("Where you came from", tuple(Answer(_source(key), value) for key, value in document["source"].items()))
    yield Part("Added when it is sent", tuple(_added(document)))


_TITLES = {"goal": "Your goal", "background": "Your background", "subjects": "Subjects you know"}


def _digest(offer: Offer) -> str:
    told = "\n".join((offer.legal_name, offer.program_name, CONSENT_TEXT_VERSION))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _person(student: Mapping[str, Any]) -> Iterator[Answer]:
    yield Answer("First name", student["first_name"])
    yield Answer("Last name", student["last_name"])
    yield Answer("E-mail", student["email"])
    if student.get("phone"):
        yield Answer("Phone", student["phone"])
    country = country_label(student["country"] or "")
    place = [part for part in (student["city"], student["state"], student["postal_code"], country) if part]
    if place:
        yield Answer("Where you live", ", ".join(place))


def _contact(told: Mapping[str, Any]) -> Iterator[Answer]:
    channels = {ContactChannel(channel) for channel in told["channels"]}
    yield Answer("Ways", f"{ways(channels)}, and in no other way".capitalize())
    if told["hours"]:
        words = ContactHours.from_json(told["hours"]).words()
        yield Answer("Calls and text messages", f"Only {words}")
    if told["time_zone"]:
        yield Answer("Time zone", time_zone_label(told["time_zone"]))
    yield Answer("Language", LANGUAGES.get(told["language"], told["language"]))
    most = told["max_attempts"]
    yield Answer("Tries", "No limit" if most is None else f"At most {counted(most, 'time')} until you answer")


def _source(key: str) -> str:
    return "First page you opened" if key == "landing_url" else key.replace("utm_", "").capitalize()


def _added(document: Mapping[str, Any]) -> Iterator[Answer]:
    yield Answer("About the permission", "The words below, their version and time, and a number to look them up")
    yield Answer("About the introduction", "A number, when you asked, and when it ends")
    if document["test"]:
        yield Answer("Test", "This school is trying us out: it is marked as a test")
