"""Ways to the goal as timelines: one program after the other, with months, price and what each opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.advice import gains_sentence, pathway_sentence
from webapp.domain.label import money, months_label
from webapp.matching.catalog import Catalog
from webapp.student.cards import find_listing


@dataclass(frozen=True, slots=True)
class Leg:
    """One program on the way. `opens` is what it gives for the next, `so_far` the sum up to its end."""

    name: str
    school: str
    facts: str
    opens: str
    so_far: str


@dataclass(frozen=True, slots=True)
class Way:
    """A chain of programs that leads to one out of reach in one step; without legs, a note that none is needed."""

    sentence: str
    legs: tuple[Leg, ...]


def ways_of(pathways: list[Mapping[str, Any]], catalog: Catalog) -> tuple[Way, ...]:
    """The pathways of a ranking's JSON, in its order."""
    return tuple(Way(pathway_sentence(pathway), tuple(_legs(pathway["steps"], catalog))) for pathway in pathways)


def _legs(steps: list[Mapping[str, Any]], catalog: Catalog) -> list[Leg]:
    legs: list[Leg] = []
    months: float | None = 0.0
    price: float | None = 0.0
    for step in steps:
        listing = find_listing(catalog, step["program_id"])
        months = _sum(months, step["months"])
        price = _sum(price, step["tuition_total_usd"])
        if listing is not None:
            facts = f"{_months(step['months'])}, {_price(step['tuition_total_usd'])}"
            so_far = f"{_months(months)}, {_price(price)}" if legs else ""
            legs.append(Leg(listing.name, listing.institution, facts, gains_sentence(step), so_far))
    return legs


def _sum(so_far: float | None, more: float | None) -> float | None:
    """Unknown is never read as zero: from the first unknown on, the sum is unknown."""
    return None if so_far is None or more is None else so_far + more


def _months(value: float | None) -> str:
    return "length not published" if value is None else months_label(value)


def _price(value: float | None) -> str:
    return "price not published" if value is None else money(value)
