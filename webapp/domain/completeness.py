"""How complete a listing is: what a student would look for, and whether it is published."""

from dataclasses import dataclass
from typing import Final

from webapp.domain.listing import Listing, attribute_of

WEIGHTS: Final[dict[str, int]] = {
    "tuition_total_usd": 3,
    "months": 3,
    "modality": 3,
    "min_education": 2,
    "accepted_fields": 2,
    "req_programming": 1,
    "req_statistics": 1,
    "req_calculus": 1,
    "req_linear_algebra": 1,
    "start_terms": 2,
    "pace": 2,
    "hours_per_week": 1,
    "url": 2,
    "summary": 2,
    "topics": 2,
    "city": 1,
    "accreditor": 1,
    "outcome_median_salary_usd": 1,
    "outcome_rate": 1,
    "min_gpa": 1,
    "min_english": 1,
    "source": 2,
    "verified_on": 2,
}
"""The facts that count, by how much their absence costs a student; a decision, not a measurement."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """`percent` of the weight of all that counts is known; `missing` are the columns that are not, dearest first."""

    percent: int
    missing: tuple[str, ...]


def completeness_of(listing: Listing) -> Completeness:
    """How complete a listing is. An online program needs states it may teach in where others need a city."""
    weights = dict(WEIGHTS)
    if listing.modality == ("online",):
        del weights["city"]
        weights["states_authorized"] = 2
    missing = [column for column in weights if getattr(listing, attribute_of(column)) in (None, ())]
    whole = sum(weights.values())
    known = whole - sum(weights[column] for column in missing)
    order = {column: place for place, column in enumerate(weights)}
    return Completeness(
        round(100 * known / whole), tuple(sorted(missing, key=lambda column: (-weights[column], order[column])))
    )
