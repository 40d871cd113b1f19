"""Counts by day: kept ones for days that are settled, counted from the rows for the others. The sum is the same."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Date, Select, Text, and_, cast, exists, false, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.models import CountedDay, DayCount, StaleDay
from webapp.queries.plan import plan_for_values

SETTLING: Final = timedelta(hours=1)
"""How long after a day's end rows of it may still be on their way into the tables."""
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that is counted by day.

    `at` is the moment that puts a row on a day (UTC). `rows` makes the statement: what is counted in a window of `at`,
    as (day, keys, number). After `settles_in` the rows of a day change no more, unless a trigger marks that day
    (`StaleDay`) to be counted again. No row is on a day before the first `begun`; None: `at` itself.
    """

    name: str
    at: InstrumentedAttribute[Any]
    rows: Callable[[ColumnElement[bool]], Select[*tuple[Any, ...]]]
    settles_in: timedelta = SETTLING
    begun: InstrumentedAttribute[Any] | None = None

    def last_settled(self, now: datetime) -> date:
        """The last day whose count can be kept."""
        return (now - self.settles_in).astimezone(UTC).date() - timedelta(days=1)

    def window(self, days: Iterable[date]) -> ColumnElement[bool]:
        """The rows of these days; days in a row are one range, so that an index serves."""
        return or_(
            false(), *(and_(self.at >= _midnight(first), self.at < _midnight(last, 1)) for first, last in _runs(days))
        )


def day_of(at: Any) -> ColumnElement[date]:
    """The day of a moment, in UTC."""
    return cast(func.timezone("UTC", at), Date)


def keys_of(*parts: Any) -> ColumnElement[Any]:
    """What rows are told apart by, as one array of text. None of the parts may be null."""
    return array([cast(part, Text) for part in parts])


def totals(session: Session, topic: Topic, first: date, last: date, now: datetime) -> Mapping[Keys, int]:
    """How many of each keys there were from `first` to `last`, both included."""
    found: Counter[Keys] = Counter()
    for _day, keys, number in _counted(session, topic, first, last, now, by_day=False):
        found[tuple(keys)] += number
    return found


def by_day(session: Session, topic: Topic, first: date, last: date, now: datetime) -> Mapping[date, Mapping[Keys, int]]:
    """The same day by day; days without anything are there, empty."""
    found: dict[date, Counter[Keys]] = {each: Counter() for each in _days(first, last)}
    for day, keys, number in _counted(session, topic, first, last, now, by_day=True):
        found[day][tuple(keys)] += number
    return found


def totals_between(session: Session, topic: Topic, since: datetime, until: datetime) -> Mapping[Keys, int]:
    """How many of each keys there were after the moment `since` up to `until`: the parts of days at both ends are
    counted from the rows."""
    first, last = since.astimezone(UTC).date() + timedelta(days=1), until.astimezone(UTC).date() - timedelta(days=1)
    if first <= last:
        ends = or_(
            and_(topic.at > since, topic.at < _midnight(first)), and_(topic.at >= _midnight(last, 1), topic.at <= until)
        )
    else:
        ends = and_(topic.at > since, topic.at <= until)
    found: Counter[Keys] = Counter()
    for _day, keys, number in _counted(session, topic, first, last, until, by_day=False, ends=ends):
        found[tuple(keys)] += number
    return found


def open_days(session: Session, topic: Topic, first: date, last: date, now: datetime) -> tuple[date, ...]:
    """The days from `first` to `last` that have no count to rely on: they are counted from the rows."""
    marked = exists().where(StaleDay.topic == topic.name, StaleDay.day == CountedDay.day)
    kept = select(CountedDay.day).where(CountedDay.topic == topic.name, CountedDay.day.between(first, last))
    relied_on = set(session.scalars(kept.where(~marked)))
    today = now.astimezone(UTC).date()
    return tuple(each for each in _days(first, min(last, today)) if each not in relied_on)


def _counted(
    session: Session,
    topic: Topic,
    first: date,
    last: date,
    now: datetime,
    *,
    by_day: bool,
    ends: ColumnElement[bool] | None = None,
) -> Sequence[Sequence[Any]]:
    plan_for_values(session)
    alive = open_days(session, topic, first, last, now)
    kept_days = (DayCount.topic == topic.name, DayCount.day.between(first, last), DayCount.day.not_in(alive))
    told = [*([DayCount.day] if by_day else []), DayCount.keys]
    kept = select(*told, cast(func.sum(DayCount.number), BigInteger)).where(*kept_days).group_by(*told)
    rows = [(None, *row) if not by_day else tuple(row) for row in session.execute(kept)]
    windows = [topic.window(alive)] if alive else []
    if ends is not None:
        windows.append(ends)
    if windows:
        rows += [tuple(row) for row in session.execute(topic.rows(or_(*windows)))]
    return rows


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and found[-1][1] == day - timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _midnight(day: date, later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), tzinfo=UTC)
