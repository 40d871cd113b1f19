"""Ranked programs as cards: what a glance needs first, and the whole story behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from webapp.domain.advice import counterfactual_sentence
from webapp.domain.label import (
    band_label,
    counted,
    criterion_label,
    money_cents,
    percent,
    verdict_label,
    verdict_sentence,
)
from webapp.domain.listing import Listing
from webapp.domain.listing_words import Price, length, price, school, starts, teaching
from webapp.domain.profile import Criterion
from webapp.domain.requirement import gap_sentence
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.matching.catalog import Catalog
from webapp.queries.offer import Offer
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.student.movement import Move

_NOT_KNOWN = frozenset(
    (
        "education_assumed",
        "requirements_unpublished",
        "answers_missing",
        "goal_occupation_unknown",
        "background_untold",
        "cost_unknown",
        "cost_untold",
        "cost_residency",
        "duration_unknown",
        "schedule_pace_unknown",
        "schedule_hours_unknown",
        "place_modality_unknown",
        "place_authorization_unknown",
        "place_untold",
        "start_unknown",
        "outcomes_unknown",
        "outcomes_sample_unknown",
        "outcomes_unsourced",
        "interests_thin",
        "unverified",
    )
)
"""Caveats that say what nobody has published or told us; the others speak against the program."""
_MOVED = frozenset(("variety_up", "variety_down", "low_cost_up", "low_cost_down"))
NOTHING_SAID = "nothing_said"
_NOTHING_AGAINST = "We know of nothing that speaks against it."


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


@dataclass(frozen=True, slots=True)
class Part:
    """What one criterion adds, in points of 100."""

    criterion: str
    label: str
    points: float
    max: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What graduates report, on how many of them it rests, and who says so."""

    text: str
    sample: str
    source: str | None
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """One ranked program, as `macros/match_card.html` takes it; `site` is the program's own page.

    `best` and `caution` are the one reason and the one caveat that a glance shows. The code of `caution` is its kind:
    against, gap, unknown or none.
    """

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
    best: str
    caution: Coded
    reasons: tuple[Reason, ...]
    caveats: tuple[str, ...]
    gaps: tuple[str, ...]
    unknowns: tuple[str, ...]
    changes: tuple[str, ...]
    contributions: tuple[Part, ...]
    price: Price | None
    outcome: Outcome | None
    partner: bool
    move: Move | None = None


def cards_of(
    matches: Sequence[Mapping[str, Any]],
    shares: Mapping[Criterion, float],
    catalog: Catalog,
    offers: Mapping[str, Offer],
    demo: frozenset[str],
) -> tuple[Card, ...]:
    """A card for each match of a ranking's JSON. `shares` are the weights the criteria had, summing to 1."""
    usual = _usual(matches)
    return tuple(_card(match, shares, usual, catalog, offers, demo) for match in matches)


def moved(cards: Iterable[Card], moves: Mapping[str, Move]) -> tuple[Card, ...]:
    """The cards with what moved them."""
    return tuple(replace(card, move=moves.get(card.program_id)) for card in cards)


def points_words(score: float, low: float, high: float) -> str:
    """A score and its bounds, each from 0 to 1, in points of 100."""
    points, least, most = (round(100 * value) for value in (score, low, high))
    span = f" ({least} to {most}, since some facts are unknown)" if least != most else ""
    return f"{points} of 100 points{span}"


def find_listing(catalog: Catalog, program_id: str) -> Listing | None:
    """The listing of a program, or None where the catalogue does not have it (any more)."""
    row = catalog.row_of.get(program_id)
    return None if row is None else catalog.listings[row]


def _card(
    match: Mapping[str, Any],
    shares: Mapping[Criterion, float],
    usual: Mapping[str, float],
    catalog: Catalog,
    offers: Mapping[str, Offer],
    demo: frozenset[str],
) -> Card:
    program_id = match["program_id"]
    listing = catalog.listings[catalog.row_of[program_id]]
    caveats = [caveat for caveat in match["caveats"] if caveat["code"] not in (*_MOVED, NOTHING_SAID)]
    gaps = tuple(_gap(gap, catalog) for gap in match["gaps"])
    best = _best(match, usual)
    return Card(
        rank=match["rank"],
        program_id=program_id,
        name=listing.name,
        school=listing.institution,
        institution=school(listing),
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
        best=reason_sentence(best) if best else "",
        caution=_caution(match, caveats, shares, best["criterion"] if best else None),
        reasons=tuple(Reason(reason_sentence(r), r["source"], r["as_of"]) for r in match["reasons"]),
        caveats=tuple(caveat_sentence(c) for c in caveats if c["code"] not in _NOT_KNOWN),
        gaps=gaps,
        unknowns=tuple(caveat_sentence(c) for c in caveats if c["code"] in _NOT_KNOWN),
        changes=tuple(counterfactual_sentence(item) for item in match["counterfactuals"]),
        contributions=tuple(_parts(match["contributions"], shares)),
        price=price(listing),
        outcome=_outcome(listing),
        partner=program_id in offers,
    )


def _usual(matches: Sequence[Mapping[str, Any]]) -> Mapping[str, float]:
    """What each criterion adds to a match of this list on average."""
    sums: dict[str, float] = {}
    for match in matches:
        for criterion, points in match["contributions"].items():
            sums[criterion] = sums.get(criterion, 0.0) + points / len(matches)
    return sums


def _best(match: Mapping[str, Any], usual: Mapping[str, float]) -> Mapping[str, Any] | None:
    """The reason on which this match is furthest ahead of the list; of equals the one the engine names first."""
    reasons = match["reasons"]
    if not reasons:
        return None
    points = match["contributions"]
    ahead = [round(points.get(r["criterion"], 0.0) - usual.get(r["criterion"], 0.0), 6) for r in reasons]
    found: Mapping[str, Any] = reasons[max(range(len(reasons)), key=lambda index: (ahead[index], -index))]
    return found


def _caution(
    match: Mapping[str, Any],
    caveats: Sequence[Mapping[str, Any]],
    shares: Mapping[Criterion, float],
    praised: str | None,
) -> Coded:
    """What weighs most against a match: a gap, then the caveat that cost the most points, then what is not known.

    On the criterion that is `praised` beside it only where there is nothing else.
    """
    if match["gaps"]:
        return Coded("gap", "What is missing", gap_sentence(match["gaps"][0]))

    def weight(caveat: Mapping[str, Any]) -> tuple[bool, float]:
        criterion = caveat["criterion"]
        if criterion not in match["contributions"]:
            return True, 0.0
        return criterion != praised, shares[Criterion(criterion)] - float(match["contributions"][criterion])

    for code, label, unknown in (("against", "What speaks against it", False), ("unknown", "Not known", True)):
        found = [caveat for caveat in caveats if (caveat["code"] in _NOT_KNOWN) is unknown]
        if found:
            return Coded(code, label, caveat_sentence(max(found, key=weight)))
    return Coded("none", "What speaks against it", _NOTHING_AGAINST)


def _score(match: Mapping[str, Any]) -> str:
    apart = [caveat_sentence(caveat) for caveat in match["caveats"] if caveat["code"] in _MOVED]
    return ". ".join([points_words(match["score"], *match["interval"]), *apart])


def _parts(contributions: Mapping[str, float], shares: Mapping[Criterion, float]) -> Iterable[Part]:
    for criterion, points in contributions.items():
        yield Part(criterion, criterion_label(criterion), 100 * points, 100 * shares[Criterion(criterion)])


def _gap(gap: Mapping[str, Any], catalog: Catalog) -> str:
    bridges = [listing for listing in (find_listing(catalog, bridge) for bridge in gap["bridges"]) if listing]
    named = " or ".join(f"“{bridge.name}” at {bridge.institution}" for bridge in bridges[:2])
    return f"{gap_sentence(gap)} For example: {named}." if named else gap_sentence(gap)


def _outcome(listing: Listing) -> Outcome | None:
    """The published outcome; a figure without the number of people behind it says so."""
    parts = []
    if listing.outcome_median_salary_cents is not None:
        parts.append(f"median pay {money_cents(listing.outcome_median_salary_cents)}")
    if listing.outcome_rate is not None:
        parts.append(f"{percent(listing.outcome_rate)} reach the published outcome")
    if not parts:
        return None
    text = ", ".join(parts)
    asked = listing.outcome_sample
    sample = "number asked not published" if asked is None else f"{counted(asked, 'graduate')} asked"
    as_of = listing.outcome_as_of
    return Outcome(text[:1].upper() + text[1:], sample, listing.outcome_source, None if as_of is None else str(as_of))
