"""Screening: what a partner asks of the leads it takes, apart from its filter, and when complaints pause it."""

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.domain.duplicate import MatchSet
from webapp.domain.errors import Problem

LONGEST_WINDOW_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """A partner's own settings; the defaults are those of a partner that made none.

    `cautions_hold`: a lead whose details look strange waits for a person of ours; else it goes on.
    Days are whole and counted back from now; 0 switches that window off. A level that does not hold only marks.
    `complaint_percent` of the leads delivered in the last `complaint_days` may be complained about before the partner
    is paused, once there were `complaint_sample`.
    """

    match_sets: tuple[MatchSet, ...] = (MatchSet.EMAIL,)
    in_flight_holds: bool = True
    partner_days: int = 90
    partner_holds: bool = True
    system_days: int = 30
    system_holds: bool = False
    confirmed_email_only: bool = False
    cautions_hold: bool = True
    complaint_percent: int = 5
    complaint_sample: int = 20
    complaint_days: int = 30


def problems_of(asked: Screening) -> Iterator[Problem]:
    """Everything that is wrong with such settings."""
    if not asked.match_sets:
        yield Problem("match_sets", "Nothing was chosen to recognise a person by.", "Choose at least one.")
    elif len(set(asked.match_sets)) != len(asked.match_sets):
        yield Problem("match_sets", "Something was chosen twice.", "Choose each once.")
    for name, low, high in (
        ("partner_days", 0, LONGEST_WINDOW_DAYS),
        ("system_days", 0, LONGEST_WINDOW_DAYS),
        ("complaint_percent", 1, 100),
        ("complaint_sample", 1, 10_000),
        ("complaint_days", 1, LONGEST_WINDOW_DAYS),
    ):
        if not low <= getattr(asked, name) <= high:
            yield Problem(name, f"Write a whole number from {low} to {high:,}.")
