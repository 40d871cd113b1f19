"""What the engine says of programs: verdicts of all places shown, and the best verdict of each list, by day (UTC)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.models import Match, Submission
from webapp.queries.day_count import Topic, by_day, day_of, keys_of

PLACE, BEST, LIST = "place", "best", "list"


@dataclass(frozen=True, slots=True)
class VerdictDay:
    """One day: lists that were asked for, places on them by verdict and by band, and lists by their first verdict."""

    day: date
    lists: int
    places: Mapping[str, int]
    bands: Mapping[str, int]
    firsts: Mapping[str, int]


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    day, on = day_of(Submission.created_at), Match.submission_id == Submission.id
    lists = select(day.label("day"), keys_of(literal(LIST)).label("keys")).where(window)
    places = select(day, keys_of(literal(PLACE), Match.verdict, Match.band)).join(Match, on).where(window)
    firsts = select(day, keys_of(literal(BEST), Match.verdict)).join(Match, on).where(window, Match.rank == 1)
    told = union_all(lists, places, firsts).subquery()
    day_column, keys = told.columns
    return select(day_column, keys, func.count()).group_by(day_column, keys)


VERDICTS: Final = Topic("verdicts", Submission.created_at, _rows)


def verdict_mix(session: Session, first: date, last: date, now: datetime) -> tuple[VerdictDay, ...]:
    """Each day from `first` to `last`, both included, the oldest first."""
    found = []
    for day, counts in by_day(session, VERDICTS, first, last, now).items():
        places: dict[str, int] = {}
        bands: dict[str, int] = {}
        firsts = {keys[1]: number for keys, number in counts.items() if keys[0] == BEST}
        for keys, number in counts.items():
            if keys[0] == PLACE:
                places[keys[1]] = places.get(keys[1], 0) + number
                bands[keys[2]] = bands.get(keys[2], 0) + number
        found.append(VerdictDay(day, counts.get((LIST,), 0), places, bands, firsts))
    return tuple(found)
