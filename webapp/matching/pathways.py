"""Pathways: chains of published listings that lead to a program the student cannot enter in one step.

Version 1 looks at the best placed program that bridges make possible, and closes each gap with one bridge: once
choosing the shortest bridges, once the cheapest. Totals are given only where every step publishes its figure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.domain.listing import Listing
from webapp.domain.profile import plain_dollars
from webapp.matching.context import Context
from webapp.matching.gaps import Gap, all_bridges, gaps_of
from webapp.matching.rules import Verdict
from webapp.matching.statement import Case


@dataclass(frozen=True, slots=True)
class Step:
    """One listing of a chain, and the gaps it closes (for the last step: none, it is the aim)."""

    listing: Listing
    closes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pathway:
    """A chain of listings. `kind` is `fastest` or `cheapest`; the steps are taken one after the other."""

    kind: str
    steps: tuple[Step, ...]

    @property
    def months(self) -> float | None:
        """Months of all steps together, or None where one does not publish its length."""
        months = [step.listing.months for step in self.steps]
        return None if None in months else sum(m for m in months if m is not None)

    @property
    def cents(self) -> int | None:
        """The published tuition of all steps together, or None where one does not publish it."""
        cents = [step.listing.tuition_total_cents for step in self.steps]
        return None if None in cents else sum(c for c in cents if c is not None)

    def to_json(self) -> dict[str, Any]:
        """The pathway as it stands in the ranking."""
        return {
            "kind": self.kind,
            "months": self.months,
            "tuition_total_usd": None if self.cents is None else plain_dollars(self.cents),
            "steps": [{"program_id": step.listing.program_id, "closes": list(step.closes)} for step in self.steps],
        }


def find_pathways(context: Context, shown: list[int]) -> tuple[Pathway, ...]:
    """The fastest and the cheapest chain to the best placed program whose gaps bridges close; none where there is none.

    Where one chain is both, it is given once, as the fastest.
    """
    verdicts = context.eligibility.verdicts
    target = next((row for row in shown if verdicts[row] == Verdict.CONDITIONAL), None)
    if target is None:
        return ()
    case = Case(context, target, context.catalog.listings[target])
    gaps = gaps_of(case)
    fastest = _chain("fastest", case, gaps, _length)
    cheapest = _chain("cheapest", case, gaps, _price)
    return (fastest,) if fastest.steps == cheapest.steps else (fastest, cheapest)


def _chain(kind: str, case: Case, gaps: list[Gap], key: Callable[[Listing], tuple[float, float, str]]) -> Pathway:
    closes: dict[str, list[str]] = {}
    for gap in gaps:
        options = [case.context.catalog.listings[row] for row in all_bridges(case, gap.rule)]
        taken = [option for option in options if option.program_id in closes]
        best = min(taken or options, key=key)
        closes.setdefault(best.program_id, []).append(gap.rule)
    catalog = case.context.catalog
    steps = [Step(catalog.listings[catalog.row_of[bridge]], tuple(rules)) for bridge, rules in closes.items()]
    return Pathway(kind, (*steps, Step(case.listing, ())))


def _length(listing: Listing) -> tuple[float, float, str]:
    return _or_far(listing.months), _or_far(listing.tuition_total_cents), listing.program_id


def _price(listing: Listing) -> tuple[float, float, str]:
    return _or_far(listing.tuition_total_cents), _or_far(listing.months), listing.program_id


def _or_far(value: float | None) -> float:
    return float("inf") if value is None else value
