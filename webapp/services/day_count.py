"""Keeping counts by day: each day once it is settled, and again when a row of it changed."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.models import CountedDay, DayCount, StaleDay
from webapp.queries.day_count import Topic, open_days
from webapp.queries.demand import DEMAND, INTERESTS
from webapp.queries.form_funnel import FORM
from webapp.queries.hand_over import HAND_OVER
from webapp.queries.mail_health import MAIL
from webapp.queries.partner_mix import LEADS
from webapp.queries.scorecard_counts import SCORECARD
from webapp.queries.verdict_mix import VERDICTS
from webapp.services.transaction import Begin

TOPICS: Final = (FORM, VERDICTS, DEMAND, INTERESTS, LEADS, HAND_OVER, MAIL, SCORECARD)
OUTLIVING: Final = (FORM, VERDICTS, DEMAND, INTERESTS)
"""Topics whose rows are deleted or erased in time, so that their counts are all that is left of some days."""
PATIENCE: Final = timedelta(seconds=20)
"""How long one run goes on beginning with new lots. The task must end long before its message is given to another."""
AT_ONCE: Final = 31
"""Days counted in one transaction."""
LOOKED_BACK: Final = timedelta(days=800)
"""Days before that are counted from the rows whenever somebody asks, which is seldom."""


def keep(begin: Begin, clock: Clock, *, topics: Collection[Topic] = TOPICS) -> int:
    """Count every settled day that has no count yet, and those marked since; how many days that were.

    The newest first, some at a time, each lot in a transaction of its own. After `PATIENCE` the rest is left for the
    next run: a year that was never counted takes several.
    """
    done, until = 0, clock.now() + PATIENCE
    for topic in topics:
        with begin() as session:
            days = _due(session, topic, clock.now())
        for start in range(0, len(days), AT_ONCE):
            if done and clock.now() > until:
                return done
            lot = days[start : start + AT_ONCE]
            with begin() as session:
                recount(session, clock, topic, lot)
            done += len(lot)
    return done


def count_again(begin: Begin, clock: Clock, topic: Topic, first: date, last: date) -> Iterator[int]:
    """Count every settled day from `first` to `last` from the rows, whatever is kept of it; the days of each lot.

    For rows that were changed past the triggers, as when a dump was restored in part. Of `OUTLIVING` topics it takes
    what has been deleted since out of the counts, for good.
    """
    last = min(last, topic.last_settled(clock.now()))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    for start in range(0, len(days), AT_ONCE):
        lot = days[start : start + AT_ONCE]
        with begin() as session:
            recount(session, clock, topic, lot)
        yield len(lot)


def recount(session: Session, clock: Clock, topic: Topic, days: Collection[date]) -> None:
    """Count these days of a topic from the rows, in place of what was kept of them.

    A change that commits meanwhile leaves its mark: the day is counted once more, and from the rows until then.
    """
    # Two that count the same topic would trip over each other's rows.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"day_counts:{topic.name}"))))
    now = clock.now()
    # First the marks, then the rows: a change whose mark is seen here is seen by the count as well.
    stale = delete(StaleDay).where(StaleDay.topic == topic.name, StaleDay.day.in_(days))
    session.execute(stale.execution_options(synchronize_session=False))
    old = delete(DayCount).where(DayCount.topic == topic.name, DayCount.day.in_(days))
    session.execute(old.execution_options(synchronize_session=False))
    counted = topic.rows(topic.window(days)).subquery()
    day, keys, number = counted.columns
    session.execute(
        insert(DayCount).from_select(["topic", "day", "keys", "number"], select(literal(topic.name), day, keys, number))
    )
    kept = insert_or(CountedDay).values([{"topic": topic.name, "day": each, "counted_at": now} for each in days])
    session.execute(
        kept.on_conflict_do_update(index_elements=["topic", "day"], set_={"counted_at": kept.excluded.counted_at})
    )


def _due(session: Session, topic: Topic, now: datetime) -> list[date]:
    """The settled days to count, the newest first: marked ones, and those from the first row on that have no count."""
    last = topic.last_settled(now)
    first_at = session.execute(select(func.min(topic.at if topic.begun is None else topic.begun))).scalar()
    if first_at is None:
        return []
    first = max(first_at.astimezone(UTC).date(), last - LOOKED_BACK)
    return list(reversed(open_days(session, topic, first, last, now))) if first <= last else []
