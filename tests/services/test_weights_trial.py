"""A proposal is tried on the lists of last week: once, whole, by whoever comes first, and again where a worker died."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.test_match_not_for_sale import DEMO
from tests.factories.ranked_request import rank_and_submit
from tests.services.listing_rows import import_bytes
from tests.services.test_weights import proposed
from webapp.domain.clock import FrozenClock
from webapp.domain.events import EventKind
from webapp.domain.links import Links
from webapp.models import OutboxEvent, Submission, WeightsTrial
from webapp.queries.due import due_weights_trials
from webapp.queries.listing import catalog_of, current_version
from webapp.queries.weights import find_trial
from webapp.services import weights_trial
from webapp.services.transaction import Begin

NO_GRACE = timedelta(0)


def test_a_trial_counts_last_weeks_lists_and_ends(
    session: Session, begin: Begin, clock: FrozenClock, links: Links
) -> None:
    import_bytes(session, DEMO.read_bytes(), source="csv:demo")
    profiles = [None, {}, {"goal": {"interests": ["statistics"]}}]
    ids = [rank_and_submit(session, clock, links, profile=profile) for profile in profiles]
    rows = [session.get_one(Submission, each) for each in ids]
    rows[1].created_at = clock.now() - timedelta(days=8)
    rows[2].profile = {"goal": {"pay": "a key of an older release"}}
    version = proposed(session, clock, cost=20)
    trial = weights_trial.ask(session, clock, version, actor="ada@staff.example")
    event = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == EventKind.WEIGHTS_TRIAL_DUE)).one()
    assert event.subject_id == trial
    catalog = catalog_of(session, current_version(session))

    # A worker took it and died: nobody else takes it until the time is over, then the sweep finds it.
    session.get_one(WeightsTrial, trial).due_at = clock.now() + weights_trial.AGAIN
    session.flush()
    weights_trial.carry_out(begin, clock, catalog, trial)
    found = find_trial(session, version)
    assert found is not None
    assert found.outcome is None
    clock.advance(weights_trial.AGAIN)
    assert due_weights_trials(session, clock.now(), grace=NO_GRACE, limit=5) == [trial]

    weights_trial.carry_out(begin, clock, catalog, trial)
    found = find_trial(session, version)
    assert found is not None
    assert found.outcome is not None
    told = {key: found.outcome[key] for key in ("asked", "refused", "lists", "changed", "against", "catalog")}
    assert told == {
        "asked": 2,
        "refused": 1,
        "lists": 1,
        "changed": 1,
        "against": "2026-11-3",
        "catalog": catalog.version,
    }
    assert due_weights_trials(session, clock.now(), grace=NO_GRACE, limit=5) == []
    weights_trial.carry_out(begin, clock, catalog, trial)
