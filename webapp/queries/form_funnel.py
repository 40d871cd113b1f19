"""The form as a funnel: how many begin, see and save each step, finish, and ask for something; and how long it takes.

A form counts on the day it was begun (UTC), with what was done within three days of that: later, drafts are deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.models import Draft, DraftStep, Lead, Submission
from webapp.queries.day_count import SETTLING, Keys, Topic, day_of, keys_of, totals

FOLLOWED: Final = timedelta(days=3)
SECONDS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800)
"""Bounds of the classes that times fall in; what took longer is in a last class."""
LONGER: Final = 10**9
"""The bound of the last class: longer than all others."""
BEGUN, STEP, FINISHED, ASKED, INTRODUCED = "begun", "step", "finished", "asked", "introduced"
UNSAVED: Final = "unsaved"
_UNTIMED: Final = "-"


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step: how many saw it and saved it, and the seconds that half of those timed took at most, by class."""

    step: str
    shown: int
    saved: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class FormFunnel:
    """Forms begun in a span of days, and how far they came. `steps` is by step, in no order."""

    begun: int
    finished: int
    asked: int
    introduced: int
    steps: Mapping[str, StepCount]


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    day, until = day_of(Draft.created_at), Draft.created_at + FOLLOWED

    def forms(what: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        return select(day, keys_of(literal(what)), func.count()).where(window, *conditions).group_by(day)

    # What follows is looked up form by form: as a join it reads all there ever was.
    first = select(func.min(Submission.created_at)).where(Submission.draft_id == Draft.id)
    led = first.join(Lead, (Lead.submission_id == Submission.id) & Lead.counts)
    told = select(DraftStep.step, DraftStep.shown_at, DraftStep.saved_at)
    own = told.where(DraftStep.draft_id == Draft.id).offset(0).lateral("own")
    seen = (
        select(day.label("day"), own.c.step, _class(own.c.shown_at, own.c.saved_at, until).label("took"))
        .join(own, func.coalesce(own.c.shown_at, own.c.saved_at) < until)
        .where(window)
        .subquery()
    )
    steps = select(seen.c.day, keys_of(literal(STEP), seen.c.step, seen.c.took), func.count()).group_by(*seen.c)
    counted = union_all(
        forms(BEGUN),
        forms(FINISHED, Draft.completed_at < until),
        forms(ASKED, first.scalar_subquery() < until),
        forms(INTRODUCED, led.scalar_subquery() < until),
        steps,
    ).subquery()
    return select(*counted.columns)


def _class(shown_at: Any, saved_at: Any, until: Any) -> ColumnElement[str]:
    """The class that the time between a step's first sight and its first save is in; `UNSAVED` where there is none."""
    seconds = func.extract("epoch", saved_at - shown_at)
    classes = [(seconds <= bound, str(bound)) for bound in SECONDS]
    unsaved = saved_at.is_(None) | (saved_at >= until)
    return case((unsaved, UNSAVED), (shown_at.is_(None), _UNTIMED), *classes, else_=str(LONGER))


FORM: Final = Topic("form", Draft.created_at, _rows, settles_in=FOLLOWED + SETTLING)


def form_funnel(session: Session, first: date, last: date, now: datetime) -> FormFunnel:
    """The forms begun from `first` to `last`, both included."""
    found = totals(session, FORM, first, last, now)
    names = {keys[1] for keys in found if len(keys) > 1}
    return FormFunnel(
        begun=found.get((BEGUN,), 0),
        finished=found.get((FINISHED,), 0),
        asked=found.get((ASKED,), 0),
        introduced=found.get((INTRODUCED,), 0),
        steps={name: _step(name, found) for name in names},
    )


def _step(name: str, found: Mapping[Keys, int]) -> StepCount:
    seen = {keys[2]: number for keys, number in found.items() if keys[:2] == (STEP, name)}
    timed = {int(bound): number for bound, number in seen.items() if bound not in (UNSAVED, _UNTIMED)}
    shown = sum(seen.values())
    return StepCount(name, shown, shown - seen.get(UNSAVED, 0), share_below(timed, 0.5))


def share_below(classes: Mapping[int, int], share: float) -> float | None:
    """The bound under which this share of what was counted lies, by the upper bounds of classes; None of nothing."""
    wanted, passed = share * sum(classes.values()), 0
    for bound in sorted(classes):
        passed += classes[bound]
        if passed >= wanted:
            return float(bound)
    return None
