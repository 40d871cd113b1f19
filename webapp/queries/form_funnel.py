"""The form as a funnel: how many begin, see and save each step, finish, and ask for something; and how long it takes.

A form counts on the day it was begun (UTC), with what was done within a week of that: later, drafts are deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from webapp.models import Draft, DraftStep, Lead, Submission
from webapp.queries.day_count import SETTLING, Keys, Topic, day_of, keys_of, totals

FOLLOWED: Final = timedelta(days=7)
SECONDS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800)
"""Bounds of the classes that times fall in; what took longer is in a last class."""
LONGER: Final = 10**9
"""The bound of the last class: longer than all others."""
BEGUN, SHOWN, SAVED, FINISHED, ASKED, INTRODUCED = "begun", "shown", "saved", "finished", "asked", "introduced"
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
    begun = select(day.label("day"), keys_of(literal(BEGUN)).label("keys")).where(window)
    finished = select(day, keys_of(literal(FINISHED))).where(window, Draft.completed_at < until)
    sent = exists().where(Submission.draft_id == Draft.id, Submission.created_at < until)
    asked = select(day, keys_of(literal(ASKED))).where(window, sent)
    led = exists().where(
        Submission.draft_id == Draft.id, Submission.created_at < until, Lead.submission_id == Submission.id, Lead.counts
    )
    introduced = select(day, keys_of(literal(INTRODUCED))).where(window, led)
    steps = DraftStep.draft_id == Draft.id
    seen_at = func.coalesce(DraftStep.shown_at, DraftStep.saved_at)
    shown = select(day, keys_of(literal(SHOWN), DraftStep.step)).join(Draft, steps).where(window, seen_at < until)
    saved = select(day, keys_of(literal(SAVED), DraftStep.step, _class())).join(Draft, steps)
    saved = saved.where(window, DraftStep.saved_at < until)
    events = union_all(begun, finished, asked, introduced, shown, saved).subquery()
    day_column, keys = events.columns
    return select(day_column, keys, func.count()).group_by(day_column, keys)


def _class() -> ColumnElement[str]:
    """The class that the time between a step's first sight and its first save is in."""
    seconds = func.extract("epoch", DraftStep.saved_at - DraftStep.shown_at)
    classes = [(seconds <= bound, str(bound)) for bound in SECONDS]
    return case((DraftStep.shown_at.is_(None), _UNTIMED), *classes, else_=str(LONGER))


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
    saved = {keys[2]: number for keys, number in found.items() if keys[:2] == (SAVED, name)}
    timed = {int(bound): number for bound, number in saved.items() if bound != _UNTIMED}
    return StepCount(name, found.get((SHOWN, name), 0), sum(saved.values()), share_below(timed, 0.5))


def share_below(classes: Mapping[int, int], share: float) -> float | None:
    """The bound under which this share of what was counted lies, by the upper bounds of classes; None of nothing."""
    wanted, passed = share * sum(classes.values()), 0
    for bound in sorted(classes):
        passed += classes[bound]
        if passed >= wanted:
            return float(bound)
    return None
