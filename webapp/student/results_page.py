"""The results page as values: ranked cards, what was left out and why, ways in steps, the schools that can be asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.domain.label import money, months_label
from webapp.domain.near_miss import near_miss_sentence
from webapp.domain.profile import Criterion, Priority, Profile
from webapp.matching.catalog import Catalog
from webapp.queries.offer import Offer
from webapp.student.cards import NOTHING_SAID, Card, cards_of
from webapp.student.ways import Way, ways_of


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What a limit moved a little would let in: `pick` names it to the server, `text` says it."""

    pick: str
    text: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many programs one hard limit left out, in words, the step where the limit stands, and what would let some in.

    `pick` names to the server the wish to count it as important and no longer as a limit.
    """

    rule: str
    text: str
    step: str
    pick: str
    near: tuple[NearMiss, ...]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """All the page shows of a ranking. `schools` are those that can be asked for an introduction."""

    considered: int
    cards: tuple[Card, ...]
    left_out: tuple[LeftOut, ...]
    ways: tuple[Way, ...]
    schools: tuple[Offer, ...]
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
    cards = cards_of(ranking["matches"], shares, catalog, offers, demo)
    return ResultsPage(
        considered=ranking["considered"],
        cards=cards,
        left_out=tuple(_left_out(ranking, profile)),
        ways=ways_of(ranking["pathways"], catalog),
        schools=tuple(partners_asked(cards, offers)),
        has_demo=any(card.demo for card in cards),
        said_nothing=any(c["code"] == NOTHING_SAID for match in ranking["matches"] for c in match["caveats"]),
    )


def partners_asked(cards: Iterable[Card], offers: Mapping[str, Offer]) -> Iterable[Offer]:
    """One offer for each partner, for its best ranked program: nobody is introduced to one partner twice."""
    found: dict[UUID, Offer] = {}
    for card in cards:
        offer = offers.get(card.program_id)
        if offer is not None:
            found.setdefault(offer.partner_id, offer)
    return found.values()


def _left_out(ranking: Mapping[str, Any], profile: Profile) -> Iterable[LeftOut]:
    """What each hard limit left out. Programs put aside by hand are told of where they can be taken back."""
    for rule, count in ranking["excluded"].items():
        if rule not in _LIMITS:
            continue
        step, one, many = _LIMITS[rule]
        near = tuple(
            NearMiss(f"near {next(iter(miss['change']))}", near_miss_sentence(miss).removesuffix("."))
            for miss in ranking.get("near_misses", ())
            if miss["rule"] == rule
        )
        text = f"{count:,} {one if count == 1 else many}{_limit(rule, profile)}."
        yield LeftOut(rule, text, step, f"ease {rule}", near)


def _limit(rule: str, profile: Profile) -> str:
    practical = profile.practical
    if rule == "cost" and practical.budget_cents is not None:
        return f" of {money(practical.budget_cents / 100)}"
    if rule == "duration" and practical.months_max is not None:
        return f" of {months_label(practical.months_max)}"
    return ""


def eased(rule: str) -> Mapping[str, Mapping[str, str]]:
    """The answer that turns a hard limit into something important, {step: {field: value}}."""
    return {"priorities": {rule: Priority.IMPORTANT.value}} if rule in _LIMITS else {}


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
