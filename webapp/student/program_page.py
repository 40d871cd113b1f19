"""A program's page as values: its facts, what it asks for, and how it stands for the reader."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.label import band_label, listed, percent, rule_label, subject_label, verdict_label, verdict_sentence
from webapp.domain.listing import Listing
from webapp.domain.listing_words import length, price, school, teaching, where
from webapp.domain.occupation import occupations
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.matching.judging import FIRST, Judgement
from webapp.queries.published_program import ListedProgram
from webapp.student.cards import Reason, points_words
from webapp.student.checklist import Bridge, Checklist, checklist_of
from webapp.student.facts import FactGroup, fact_groups
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.student.structured_data import structured_program

LEADS_THERE = 0.6
"""How strongly a field must lead to a job before the form is offered with that job filled in."""


@dataclass(frozen=True, slots=True)
class ForYou:
    """How a program stands for the reader."""

    verdict: str
    verdict_label: str
    verdict_sentence: str
    band: str
    band_label: str
    points: str
    place: str
    is_listed: bool
    reasons: tuple[Reason, ...]
    caveats: tuple[str, ...]
    coverage: str


@dataclass(frozen=True, slots=True)
class ProgramPage:
    """All the page shows of one program."""

    program_id: str
    name: str
    institution: str
    place: str | None
    is_demo: bool
    site: str | None
    summary: str | None
    credential: str
    meaning: str
    topics: tuple[str, ...]
    groups: tuple[FactGroup, ...]
    checklist: Checklist
    bridges_to: tuple[str, ...]
    for_you: ForYou | None
    description: str
    occupation: str | None
    json_ld: Mapping[str, Any]


def program_page(
    program: ListedProgram, judgement: Judgement | None, name_of: Callable[[str], Bridge | None], url: str
) -> ProgramPage:
    """The page for a published program; `name_of` finds another program by id, `url` is the page's own address."""
    listing = program.listing
    title, meaning = CREDENTIAL_WORDS[listing.credential]
    return ProgramPage(
        program_id=listing.program_id,
        name=listing.name,
        institution=listing.institution,
        place=where(listing),
        is_demo=program.is_demo,
        site=listing.url,
        summary=listing.summary,
        credential=title,
        meaning=meaning,
        topics=listing.topics,
        groups=fact_groups(listing),
        checklist=checklist_of(listing, None if judgement is None else judgement.requirements, name_of),
        bridges_to=tuple(_prepares(listing, name_of)),
        for_you=None if judgement is None else for_you(judgement),
        description=_description(listing),
        occupation=_occupation(listing.cip),
        json_ld=structured_program(listing, url),
    )


def for_you(judgement: Judgement) -> ForYou:
    """Verdict, band, place and reasons in words."""
    match = judgement.match
    return ForYou(
        verdict=match.verdict,
        verdict_label=verdict_label(match.verdict),
        verdict_sentence=verdict_sentence(match.verdict),
        band=match.band,
        band_label=band_label(match.band),
        points=points_words(match.score, match.low, match.high),
        place=place_words(judgement),
        is_listed=judgement.place is not None,
        reasons=tuple(
            Reason(reason_sentence(reason.to_json()), reason.source, reason.as_of) for reason in match.reasons
        ),
        caveats=tuple(caveat_sentence(caveat.to_json()) for caveat in match.caveats),
        coverage=f"{percent(match.coverage)} of these points rest on published facts",
    )


def place_words(judgement: Judgement) -> str:
    """Where a program stands in the reader's list, or which of their limits keeps it out."""
    if judgement.limits:
        return (
            f"Not in your list: it {listed([rule_label(rule) for rule in judgement.limits])}, and you made that a must."
        )
    if judgement.place is None:
        return f"Below the first {FIRST} of your list."
    return f"Number {judgement.place} in your list."


def _prepares(listing: Listing, name_of: Callable[[str], Bridge | None]) -> Iterable[str]:
    for bridge in listing.bridge_for:
        if bridge.subject is not None:
            yield f"Teaches {subject_label(bridge.subject)}, enough for programs that ask for it."
        elif bridge.program_id is not None and (found := name_of(bridge.program_id)) is not None:
            yield f"Opens the way into “{found.name}” at {found.institution}."


def _description(listing: Listing) -> str:
    cost = price(listing)
    parts = [
        f"{listing.name} at {school(listing)}",
        CREDENTIAL_WORDS[listing.credential][0],
        *(part for part in (teaching(listing), length(listing), cost and cost.text) if part),
    ]
    text = ". ".join(parts) + ". Requirements, price and outcomes with source and date."
    return text if len(text) <= 300 else text[:299] + "…"


def _occupation(cip: str) -> str | None:
    """The job that this field leads to most surely; None where none is sure enough."""
    soc, strength = max(
        ((soc, job.relation(cip)) for soc, job in occupations().items()), key=lambda each: each[1], default=("", 0.0)
    )
    return soc if strength >= LEADS_THERE else None
