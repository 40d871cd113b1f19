"""The results page as values: ranked cards, what was left out and why, ways in steps, the schools that can be asked."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.domain.consent import introduction_text
from webapp.domain.label import money, months_label
from webapp.domain.listing import Listing
from webapp.domain.listing_words import Price, length, price, starts, teaching, where
from webapp.domain.profile import Criterion, Profile
from webapp.domain.wording import (
    band_label,
    caveat_sentence,
    counterfactual_sentence,
    criterion_label,
    gap_sentence,
    pathway_sentence,
    reason_sentence,
    step_sentence,
    verdict_label,
    verdict_sentence,
)
from webapp.matching.catalog import Catalog
from webapp.queries.partner import Offer
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.ui.choices import Option

_NOT_KNOWN = frozenset(
    (
        "education_assumed",
        "requirements_unpublished",
        "answers_missing",
        "goal_occupation_unknown",
        "cost_unknown",
        "duration_unknown",
        "schedule_pace_unknown",
        "schedule_hours_unknown",
        "place_modality_unknown",
        "place_authorization_unknown",
        "start_unknown",
        "outcomes_unknown",
        "outcomes_sample_unknown",
        "outcomes_unsourced",
        "interests_thin",
        "unverified",
    )
)
"""Caveats that say what nobody has published or told us; the others speak against the program."""
_MOVED = frozenset(("variety_up", "variety_down"))
_NOTHING_SAID = "nothing_said"
IN_SIGHT = 4
"""Reasons shown at once; the rest open with a click."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A code for the look, and its words."""

    code: str
    label: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with where its fact comes from."""

    text: str
    source: str | None
    as_of: str | None
    source_url: None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion adds, in points of 100."""

    criterion: str
    label: str
    points: float
    max: float


@dataclass(frozen=True, slots=True)
class Card:
    """One ranked program, as `macros/match_card.html` takes it; `site` is the program's own page."""

    rank: int
    program_id: str
    name: str
    school: str
    institution: str
    url: None
    site: str | None
    demo: bool
    credential: str
    modality: str | None
    duration: str | None
    start: str | None
    verdict: Coded
    band: Coded
    score: str
    reasons: tuple[Reason, ...]
    more_reasons: tuple[Reason, ...]
    caveats: tuple[str, ...]
    gaps: tuple[str, ...]
    unknowns: tuple[str, ...]
    changes: tuple[str, ...]
    contributions: tuple[Part, ...]
    price: Price | None
    partner: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many programs one hard limit left out, in words, and the step and field where the limit stands."""

    rule: str
    text: str
    step: str


@dataclass(frozen=True, slots=True)
class Way:
    """A chain of programs that leads to one that is out of reach in one step."""

    sentence: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """All the page shows of a ranking."""

    considered: int
    cards: tuple[Card, ...]
    left_out: tuple[LeftOut, ...]
    ways: tuple[Way, ...]
    schools: tuple[Option, ...]
    has_demo: bool
    said_nothing: bool


def results_page(
    ranking: Mapping[str, Any],
    profile: Profile,
    shares: Mapping[Criterion, float],
    catalog: Catalog,
    offers: Mapping[str, Offer],
    demo: frozenset[str],
) -> ResultsPage:
    """The page for a ranking in its JSON form. `shares` are the weights the criteria had, summing to 1."""
    cards = tuple(_card(match, shares, catalog, offers, demo) for match in ranking["matches"])
    return ResultsPage(
        considered=ranking["considered"],
        cards=cards,
        left_out=tuple(
            _left_out(rule, count, profile) for rule, count in ranking["excluded"].items() if rule in _LIMITS
        ),
        ways=tuple(_way(pathway, catalog) for pathway in ranking["pathways"]),
        schools=tuple(school_options(cards, offers)),
        has_demo=any(card.demo for card in cards),
        said_nothing=any(c["code"] == _NOTHING_SAID for match in ranking["matches"] for c in match["caveats"]),
    )


def school_options(cards: Iterable[Card], offers: Mapping[str, Offer]) -> list[Option]:
    """One box for each partner, for its best ranked program, with the exact words that ticking agrees to."""
    options: dict[UUID, Option] = {}
    for card in cards:
        offer = offers.get(card.program_id)
        if offer is not None:
            label = f"{offer.legal_name}: {card.name}, number {card.rank} in your list"
            words = introduction_text(offer.legal_name, offer.program_name)
            # The digest makes a box of an older page, with other words beside it, one that is not on this page.
            digest = hashlib.sha256(words.encode()).hexdigest()[:16]
            options.setdefault(offer.partner_id, Option(f"{offer.partner_id} {digest} {card.program_id}", label, words))
    return list(options.values())


def _listing(catalog: Catalog, program_id: str) -> Listing | None:
    row = catalog.row_of.get(program_id)
    return None if row is None else catalog.listings[row]


def _card(
    match: Mapping[str, Any],
    shares: Mapping[Criterion, float],
    catalog: Catalog,
    offers: Mapping[str, Offer],
    demo: frozenset[str],
) -> Card:
    program_id = match["program_id"]
    listing = catalog.listings[catalog.row_of[program_id]]
    place = where(listing)
    reasons = tuple(Reason(reason_sentence(r), r["source"], r["as_of"]) for r in match["reasons"])
    caveats = [caveat for caveat in match["caveats"] if caveat["code"] not in (*_MOVED, _NOTHING_SAID)]
    return Card(
        rank=match["rank"],
        program_id=program_id,
        name=listing.name,
        school=listing.institution,
        institution=f"{listing.institution}, {place}" if place else listing.institution,
        url=None,
        site=listing.url,
        demo=program_id in demo,
        credential=CREDENTIAL_WORDS[listing.credential][0],
        modality=teaching(listing),
        duration=length(listing),
        start=starts(listing),
        verdict=Coded(match["verdict"], verdict_label(match["verdict"]), verdict_sentence(match["verdict"])),
        band=Coded(match["band"], band_label(match["band"])),
        score=_score(match),
        reasons=reasons[:IN_SIGHT],
        more_reasons=reasons[IN_SIGHT:],
        caveats=tuple(caveat_sentence(c) for c in caveats if c["code"] not in _NOT_KNOWN),
        gaps=tuple(_gap(gap, catalog) for gap in match["gaps"]),
        unknowns=tuple(caveat_sentence(c) for c in caveats if c["code"] in _NOT_KNOWN),
        changes=tuple(counterfactual_sentence(item) for item in match["counterfactuals"]),
        contributions=tuple(_parts(match["contributions"], shares)),
        price=price(listing),
        partner=program_id in offers,
    )


def _score(match: Mapping[str, Any]) -> str:
    low, high = (round(100 * bound) for bound in match["interval"])
    points = round(100 * match["score"])
    text = (
        f"{points} of 100 points"
        if low == high
        else f"{points} of 100 points ({low} to {high}, since some facts are unknown)"
    )
    moved = [caveat_sentence(caveat) for caveat in match["caveats"] if caveat["code"] in _MOVED]
    return ". ".join([text, *moved])


def _parts(contributions: Mapping[str, float], shares: Mapping[Criterion, float]) -> Iterable[Part]:
    for criterion, points in contributions.items():
        yield Part(criterion, criterion_label(criterion), 100 * points, 100 * shares[Criterion(criterion)])


def _gap(gap: Mapping[str, Any], catalog: Catalog) -> str:
    bridges = [listing for listing in (_listing(catalog, bridge) for bridge in gap["bridges"]) if listing is not None]
    named = " or ".join(f"“{bridge.name}” at {bridge.institution}" for bridge in bridges[:2])
    return f"{gap_sentence(gap)} For example: {named}." if named else gap_sentence(gap)


def _way(pathway: Mapping[str, Any], catalog: Catalog) -> Way:
    steps = [(step, _listing(catalog, step["program_id"])) for step in pathway["steps"]]
    return Way(
        pathway_sentence(pathway),
        tuple(step_sentence(step, each.name, each.institution) for step, each in steps if each is not None),
    )


def _left_out(rule: str, count: int, profile: Profile) -> LeftOut:
    step, one, many = _LIMITS[rule]
    practical = profile.practical
    limits = {
        "cost": "" if practical.budget_cents is None else f" of {money(practical.budget_cents / 100)}",
        "duration": "" if practical.months_max is None else f" of {months_label(practical.months_max)}",
    }
    return LeftOut(rule, f"{count:,} {one if count == 1 else many}{limits.get(rule, '')}.", step)


_LIMITS = {
    "goal": ("goal", "awards another credential than those you named", "award other credentials than those you named"),
    "place": (
        "practicalities",
        "cannot be reached from where you live in a way you accept",
        "cannot be reached from where you live in a way you accept",
    ),
    "schedule": ("practicalities", "does not fit your pace or hours", "do not fit your pace or hours"),
    "duration": ("practicalities", "takes longer than your limit", "take longer than your limit"),
    "start": ("practicalities", "starts later than you want", "start later than you want"),
    "cost": ("practicalities", "costs more than your budget", "cost more than your budget"),
    "background": ("background", "asks for something you do not have yet", "ask for something you do not have yet"),
}
