"""The criteria: one file each, `assess(context, rows) -> Assessment`. `ASSESS` holds them by name."""

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from types import MappingProxyType

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Rows
from webapp.matching.assessment import Assessment
from webapp.matching.context import Context
from webapp.matching.criteria import background, cost, duration, goal, interests, outcomes, place, schedule, start

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

_DECIDED_BY: Mapping[Criterion, Callable[[Context], Hashable]] = MappingProxyType(
    {
        Criterion.DURATION: duration.decided_by,
        Criterion.SCHEDULE: schedule.decided_by,
        Criterion.START: start.decided_by,
        Criterion.OUTCOMES: outcomes.decided_by,
    }
)
"""What of the question decides a criterion, where many students ask the same."""


def judge(context: Context, criterion: Criterion) -> Assessment:
    """A criterion for each code of its facet, judged once for a question, and for the catalogue where few differ."""
    judged = context.judged.get(criterion)
    if judged is None:
        work_out = partial(ASSESS[criterion], context, context.catalog.facet_of[criterion].rows)
        decided_by = _DECIDED_BY.get(criterion)
        if decided_by is None:
            judged = work_out()
        else:
            asked = criterion, decided_by(context)
            judged = context.catalog.memory.of(asked, lambda: work_out().worked_out())
        context.judged[criterion] = judged
    return judged
