"""Trials: other weights on the lists of last week, at once as far as a moment goes, and whole by a worker."""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.matching.catalog import Catalog
from webapp.matching.comparison import compare
from webapp.matching.standings import Question
from webapp.matching.weights import Weights
from webapp.models import WeightsTrial, WeightsVersion
from webapp.queries.replay import Asked, AskedList, asked_since
from webapp.queries.weights import live_weights
from webapp.services import outbox
from webapp.services.transaction import Begin

WEEK: Final = timedelta(days=7)
MOST_LISTS: Final = 5000
GLANCE_LISTS: Final = 500
GLANCE_SECONDS: Final = 1.0
"""How long a page may spend on it."""
WORK_SECONDS: Final = 25.0
"""How long a worker may: well within the time a task has."""
AGAIN: Final = timedelta(minutes=3)
"""When a trial whose worker was lost is taken up anew."""


def week_of(session: Session, clock: Clock, *, most: int = MOST_LISTS) -> Asked:
    """What was asked in the last seven days, the newest `most` of it."""
    return asked_since(session, clock.now() - WEEK, most=most)


def try_out(
    asked: Asked, catalog: Catalog, live: Weights, other: Weights, *, today: date, seconds: float
) -> dict[str, Any]:
    """What `other` weights would do to these lists on today's catalogue, as far as `seconds` go.

    Profiles that this code no longer takes are left out and counted.
    """
    stop_at = time.monotonic() + seconds
    refused: list[UUID] = []
    found = compare(
        _questions(asked.lists, live, today, refused), catalog, other, is_over=lambda: time.monotonic() > stop_at
    )
    about = {"asked": asked.total, "refused": len(refused), "against": live.version, "catalog": catalog.version}
    return {**about, **found.to_json()}


def ask(session: Session, clock: Clock, version_id: UUID, *, actor: str) -> UUID:
    """Have a version tried on last week's lists by a worker; the id of the trial. NotFound without such a version."""
    if session.get(WeightsVersion, version_id) is None:
        raise NotFound("There are no such weights.")
    row = WeightsTrial(id=new_id(), version_id=version_id, asked_by=actor, created_at=clock.now(), due_at=clock.now())
    session.add(row)
    session.flush()
    outbox.add(session, EventKind.WEIGHTS_TRIAL_DUE, [row.id], due_at=clock.now())
    return row.id


def carry_out(begin: Begin, clock: Clock, catalog: Catalog, trial_id: UUID) -> None:
    """Work one trial out and keep the outcome. One that is finished, or that another worker is at, is left alone.

    No connection is held while lists are ranked. A worker that dies leaves the trial due again in a while.
    """
    with begin() as session:
        row = session.get(WeightsTrial, trial_id, with_for_update={"skip_locked": True})
        if row is None or row.due_at is None or row.due_at > clock.now():
            return
        row.due_at = clock.now() + AGAIN
        version = session.get_one(WeightsVersion, row.version_id)
        other, live = Weights.from_json(version.version, version.weights), live_weights(session)
        asked = week_of(session, clock)
    outcome = try_out(asked, catalog, live, other, today=clock.now().date(), seconds=WORK_SECONDS)
    with begin() as session:
        row = session.get_one(WeightsTrial, trial_id, with_for_update=True)
        if row.finished_at is None:
            row.outcome, row.finished_at, row.due_at = outcome, clock.now(), None


def _questions(
    asked: tuple[AskedList, ...], live: Weights, today: date, refused: list[UUID]
) -> Iterator[tuple[str, Question]]:
    for each in asked:
        try:
            profile = Profile.from_json(each.profile)
        except ProfileError:
            refused.append(each.submission_id)
            continue
        yield str(each.submission_id), Question(profile, live, each.salt, today, each.put_aside)
