"""Outcomes: what graduates earn and how many reach their aim, shrunk towards the prior where few were asked.

Salary and rate are two different measures and are never traded for each other: each is half of the criterion, and the
half that is not published is unknown.
"""

from collections.abc import Hashable

import numpy as np

from webapp.matching.arrays import Floats, Rows
from webapp.matching.assessment import PRIOR, Assessment, blend, settle
from webapp.matching.context import Context

SHRINKAGE = 20.0
"""How many graduates the prior counts for."""
UNSTATED_SAMPLE = 10.0
"""How many graduates a figure counts for that does not say how many were asked."""
UNSOURCED = 0.5
"""The share of its sample that a figure keeps which names no source."""
REFERENCE_CENTS = 80_000_00
"""The salary of full value where the goal names no occupation we have a median wage for."""
SALARY_FLOOR = 0.3
"""The share of the reference salary at which the value is nothing."""


def decided_by(context: Context) -> Hashable:
    """What decides it: the salary of full value."""
    return _reference(context)


def assess(context: Context, rows: Rows) -> Assessment:
    """The mean of the shrunk salary, against the median wage of the goal, and the shrunk rate."""
    catalog, reference = context.catalog, _reference(context)
    salary, rate, sample = catalog.salary[rows], catalog.rate[rows], catalog.sample[rows]
    people = np.where(sample >= 0, sample, UNSTATED_SAMPLE) * np.where(catalog.outcome_sourced[rows], 1.0, UNSOURCED)
    by_salary = np.clip((salary / reference - SALARY_FLOOR) / (1 - SALARY_FLOOR), 0.0, 1.0)
    return blend(
        [(0.5, _shrink(by_salary, salary >= 0, people)), (0.5, _shrink(np.nan_to_num(rate), ~np.isnan(rate), people))]
    )


def _reference(context: Context) -> int:
    occupation = context.student.occupation
    return occupation.median_wage_cents if occupation else REFERENCE_CENTS


def _shrink(value: Floats, known: np.typing.NDArray[np.bool_], people: Floats) -> Assessment:
    shrunk = (people * value + SHRINKAGE * PRIOR) / (people + SHRINKAGE)

    def doubt(at: Rows) -> Floats:
        return 0.5 * SHRINKAGE / (people[at] + SHRINKAGE)

    return settle(
        shrunk,
        known,
        lambda at: np.maximum(0.0, shrunk[at] - doubt(at)),
        lambda at: np.minimum(1.0, shrunk[at] + doubt(at)),
    )
