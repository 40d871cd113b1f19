"""Near misses: how many more programs a hard limit would let in, and the smallest change of it that does.

The change aims at three programs more, or at all there are where fewer stand behind the limit alone. Every count is
exact: it is what the engine finds when it is run again with the change. A program that breaks a second limit is not
counted, because moving one limit would not bring it in. A must on background has no limit to move.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from webapp.domain.credential import Credential
from webapp.domain.profile import Criterion, Modality, plain_dollars
from webapp.domain.rule_field import PROFILE_FIELDS
from webapp.matching.arrays import Floats, Mask
from webapp.matching.catalog import PACE_BITS
from webapp.matching.context import Context
from webapp.matching.limits import LIMIT_RULES, broken_limits
from webapp.matching.places import IN_PERSON

AIM = 3
MOST_CENTS, MOST_KM = 10_000_000_00, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """One limit moved: the answer at `path` from `before` to `after` (None: the answer left out) lets in `more`."""

    rule: str
    path: str
    before: Any
    after: Any
    more: int

    def to_json(self) -> dict[str, Any]:
        """The near miss as it stands in the ranking."""
        return {"rule": self.rule, "change": {self.path: self.after}, "from": self.before, "more": self.more}


def near_misses(context: Context) -> tuple[NearMiss, ...]:
    """The near misses of every hard limit that leaves programs out, in the order of the limits."""
    broken = _broken(context)
    times = np.zeros(len(context.catalog), dtype=np.int8)
    for mask in broken.values():
        times += mask
    once = times == 1
    alone = {rule: broken[rule] & once for rule in LIMIT_RULES if rule in broken and rule in _MOVES}
    return tuple(miss for rule, only in alone.items() if only.any() for miss in _MOVES[rule](context, only))


def _broken(context: Context) -> Mapping[str, Mask]:
    return broken_limits(context)


def _moved(context: Context, rule: str, path: str, needs: Floats, write: Callable[[float], Any]) -> Iterator[NearMiss]:
    """The smallest value of a limit that lets in the aim; `needs` are the values that would let each program in."""
    if not len(needs):
        return
    at = min(AIM, len(needs)) - 1
    value = float(np.partition(needs, at)[at])
    before = context.student.stated[path]
    yield NearMiss(rule=rule, path=path, before=before, after=write(value), more=int((needs <= value).sum()))


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _within(path: str, needs: Floats) -> Floats:
    """The values that the profile may hold."""
    high = PROFILE_FIELDS[path].high
    fits: Floats = needs[needs <= (np.inf if high is None else high)]
    return fits


def _cost(context: Context, only: Mask) -> Iterator[NearMiss]:
    cents = context.prices.least[only].astype(np.float64)
    path = "practical.budget_usd"
    return _moved(context, "cost", path, cents[cents <= MOST_CENTS], lambda value: plain_dollars(int(value)))


def _duration(context: Context, only: Mask) -> Iterator[NearMiss]:
    path = "practical.months_max"
    return _moved(context, "duration", path, _within(path, context.catalog.months[only]), _number)


def _start(context: Context, only: Mask) -> Iterator[NearMiss]:
    path = "practical.start_within_months"
    waits = context.months_to_start[context.catalog.start[only]]
    return _moved(context, "start", path, _within(path, waits), _number)


def _schedule(context: Context, only: Mask) -> Iterator[NearMiss]:
    practical, catalog = context.student.profile.practical, context.catalog
    hours = catalog.hours[only]
    busy = hours > (np.inf if practical.hours_per_week is None else practical.hours_per_week)
    bits = 0 if practical.pace is None else PACE_BITS[practical.pace]
    other_pace = (catalog.pace[only] != 0) & (catalog.pace[only] & bits == 0) & (bits != 0)
    path = "practical.hours_per_week"
    if practical.hours_per_week is not None:
        yield from _moved(context, "schedule", path, _within(path, hours[busy & ~other_pace]), _number)
    more = int((other_pace & ~busy).sum())
    if more and practical.pace is not None:
        pace = practical.pace.value
        yield NearMiss(rule="schedule", path="practical.pace", before=pace, after=None, more=more)


def _goal(context: Context, only: Mask) -> Iterator[NearMiss]:
    # One count over all rows is faster than to pick most of them out first.
    kinds = len(Credential)
    counts = np.bincount(context.catalog.credential + np.int8(kinds) * only, minlength=2 * kinds)[kinds:]
    best = int(counts.argmax())
    before = context.student.stated["goal.credentials"]
    after = [*context.student.profile.goal.credentials, tuple(Credential)[best]]
    path = "goal.credentials"
    yield NearMiss(rule="goal", path=path, before=before, after=[item.value for item in after], more=int(counts[best]))


def _place(context: Context, only: Mask) -> Iterator[NearMiss]:
    practical, places = context.student.profile.practical, context.places
    if practical.radius_km is not None and context.student.position is not None:
        usable = context.catalog.modality & places.wanted
        on_foot = (usable & IN_PERSON != 0) | (context.catalog.modality == 0)
        site = context.catalog.site[only & on_foot]
        away = np.ceil(places.distance[site][~places.foreign[site]])
        yield from _moved(context, "place", "practical.radius_km", away[away <= MOST_KM], _number)
    found = [miss for way in Modality if practical.modalities and way not in practical.modalities
             for miss in _way(context, way)]  # fmt: skip
    yield from sorted(found, key=lambda miss: -miss.more)[:1]


def _way(context: Context, way: Modality) -> Iterator[NearMiss]:
    """One more way of teaching: it moves reach and the rules on where students live, so the limits are run again."""
    student, profile = context.student, context.student.profile
    ways = (*profile.practical.modalities, way)
    changed = replace(profile, practical=replace(profile.practical, modalities=ways))
    more = _kept(Context(replace(student, profile=changed), context.catalog, context.today)) - _kept(context)
    if more > 0:
        before = student.stated["practical.modalities"]
        after = [item.value for item in ways]
        yield NearMiss(rule="place", path="practical.modalities", before=before, after=after, more=more)


def _kept(context: Context) -> int:
    gone = np.zeros(len(context.catalog), dtype=np.bool_)
    for mask in _broken(context).values():
        gone |= mask
    return len(gone) - int(gone.sum())


_MOVES: Mapping[str, Callable[[Context, Mask], Iterator[NearMiss]]] = {
    Criterion.GOAL.value: _goal,
    Criterion.PLACE.value: _place,
    Criterion.SCHEDULE.value: _schedule,
    Criterion.DURATION.value: _duration,
    Criterion.START.value: _start,
    Criterion.COST.value: _cost,
}
