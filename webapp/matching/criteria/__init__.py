"""The criteria: one file each, `assess(context, rows) -> Assessment`. `ASSESS` holds them by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Rows
from webapp.matching.context import Context
from webapp.matching.criteria import background, cost, duration, goal, interests, outcomes, place, schedule, start
from webapp.matching.assessment import Assessment

ASSESS: Mapping[Criterion, Callable[[Context, Rows], Assessment]] = MappingProxyType(
    {
        Criterion.GOAL: goal.assess,
        Criterion.BACKGROUND: background.assess,
        Criterion.COST: cost.assess,
        Criterion.DURATION: duration.assess,
        Criterion.SCHEDULE: schedule.assess,
        Criterion.PLACE: place.assess,
        Criterion.START: start.assess,
        Criterion.OUTCOMES: outcomes.assess,
        Criterion.INTERESTS: interests.assess,
    }
)
