"""Weights in versions: proposed, published once, gone back to, read by all that rank, and never said otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from tests.cli.test_match_not_for_sale import DEMO
from tests.factories.ranked_request import rank_and_submit
from tests.services.listing_rows import import_bytes
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.profile import Criterion
from webapp.domain.weights_version import WeightsStatus, next_version
from webapp.matching.weights import DEFAULT_WEIGHTS, MOST_FACTOR, MOST_WEIGHT, UNASKED, Weights
from webapp.models import WeightsVersion
from webapp.queries.weights import get_version, list_versions, live_weights
from webapp.services import live_weights as held
from webapp.services import weights
from webapp.services.live_weights import LiveWeights
from webapp.services.replay import replay

ADA = "ada@staff.example"


def figures(**criteria: float) -> dict[str, Any]:
    told = DEFAULT_WEIGHTS.to_json()
    return {**told, "criteria": {**told["criteria"], **criteria}}


def proposed(session: Session, clock: FrozenClock, **criteria: float) -> UUID:
    return weights.propose(session, clock, figures(**criteria), note="Price counts for more.", actor=ADA)


def publish(session: Session, clock: FrozenClock, version_id: UUID) -> None:
    live = live_weights(session).version
    weights.publish(session, clock, version_id, note="Agreed on Monday.", instead_of=live, actor=ADA)


def refused(told: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        Weights.from_json("x", told)
    return [problem.where for problem in refusal.value.problems]


def test_the_first_version_is_the_codes_own(session: Session) -> None:
    [row] = list_versions(session)
    assert (row.weights, row.status, row.origin) == (DEFAULT_WEIGHTS, WeightsStatus.LIVE, "code")
    assert live_weights(session) == DEFAULT_WEIGHTS
    session.execute(text("SET LOCAL program_match.purge = 'on'"))
    session.execute(delete(WeightsVersion))
    assert live_weights(session) == DEFAULT_WEIGHTS


def test_a_version_ranks_from_when_it_is_published_until_the_next(session: Session, clock: FrozenClock) -> None:
    first, second = proposed(session, clock, cost=5), proposed(session, clock, cost=6)
    assert live_weights(session) == DEFAULT_WEIGHTS
    publish(session, clock, first)
    assert live_weights(session).unstated[Criterion.COST] == 5
    publish(session, clock, second)  # in the same moment of a clock that stands still
    assert live_weights(session).version == "2026-11-22-2"
    assert [get_version(session, each).status for each in (first, second)] == [
        WeightsStatus.FORMER,
        WeightsStatus.LIVE,
    ]

    back = get_version(session, weights.go_back(session, clock, first, actor=ADA))
    assert (back.status, back.version, back.based_on) == (WeightsStatus.LIVE, "2026-11-22-3", "2026-11-22-2")
    assert back.weights.to_json() == get_version(session, first).weights.to_json()
    assert back.note == "Back to 2026-11-22-1, from 2026-11-22-2."
    assert [row.status for row in list_versions(session)] == [WeightsStatus.LIVE, *[WeightsStatus.FORMER] * 3]


def test_what_makes_no_sense_is_refused_and_changes_nothing(session: Session, clock: FrozenClock) -> None:
    waiting, thrown_away = proposed(session, clock, cost=5), proposed(session, clock, cost=6)
    weights.discard(session, clock, thrown_away)
    live = DEFAULT_WEIGHTS.version
    for act in (
        lambda: weights.propose(session, clock, figures(), note="The same.", actor=ADA),
        lambda: weights.propose(session, clock, figures(cost=7), note=" ", actor=ADA),
        lambda: weights.publish(session, clock, waiting, note="", instead_of=live, actor=ADA),
        lambda: weights.publish(session, clock, waiting, note="Good.", instead_of="2026-10-1", actor=ADA),
        lambda: weights.publish(session, clock, thrown_away, note="Good.", instead_of=live, actor=ADA),
        lambda: weights.discard(session, clock, thrown_away),
        lambda: weights.go_back(session, clock, waiting, actor=ADA),
        lambda: weights.go_back(session, clock, list_versions(session)[-1].id, actor=ADA),
    ):
        with pytest.raises(Refused):
            act()
    for act_on in (weights.discard, lambda *given: weights.go_back(*given, actor=ADA)):
        with pytest.raises(NotFound):
            act_on(session, clock, new_id())
    assert live_weights(session) == DEFAULT_WEIGHTS
    publish(session, clock, waiting)
    with pytest.raises(Refused):
        publish(session, clock, waiting)


@pytest.mark.parametrize("change", ["UPDATE weights_versions SET weights = '{}'", "DELETE FROM weights_versions"])
def test_figures_never_change_under_their_name(session: Session, change: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(change))


def test_a_submission_replays_with_the_weights_it_was_ranked_with(
    session: Session, clock: FrozenClock, links: Links
) -> None:
    import_bytes(session, DEMO.read_bytes(), source="csv:demo")
    asked = rank_and_submit(session, clock, links)
    publish(session, clock, proposed(session, clock, cost=20, goal=0))
    found = replay(session, asked)
    assert found.reproduced, found.differences
    assert found.ranking["weights"] == DEFAULT_WEIGHTS.version


def test_all_that_rank_hold_the_live_weights_within_a_look(
    session: Session, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails: list[bool] = []

    @contextmanager
    def begin() -> Iterator[Session]:
        if fails:
            raise OperationalError("SELECT", {}, Exception("the database went away"))
        yield session

    live = LiveWeights(begin)
    monkeypatch.setattr(held, "RECHECK_SECONDS", 3600.0)
    assert live.current() == DEFAULT_WEIGHTS
    publish(session, clock, proposed(session, clock, cost=5))
    assert live.current() == DEFAULT_WEIGHTS
    monkeypatch.setattr(held, "RECHECK_SECONDS", 0.0)
    assert live.current() == live_weights(session)
    fails.append(True)
    assert live.current().version == "2026-11-22-1"


sensible = st.fixed_dictionaries(
    {
        "criteria": st.fixed_dictionaries({each.value: st.floats(0.01, MOST_WEIGHT) for each in Criterion}),
        "priorities": st.tuples(st.floats(0, 1), st.floats(1, MOST_FACTOR), st.floats(1, MOST_FACTOR)).map(
            lambda told: dict(zip(("nice", "important", "must"), sorted(told), strict=True))
        ),
        "unasked": st.fixed_dictionaries({each.value: st.floats(0, 1) for each in UNASKED}),
        "vague": st.floats(0, 1),
    }
)


@settings(max_examples=60)
@given(told=sensible)
def test_figures_come_back_as_they_were(told: dict[str, Any]) -> None:
    assert Weights.from_json("x", told).to_json() == told


def test_every_fault_of_figures_is_named() -> None:
    good = DEFAULT_WEIGHTS.to_json()
    assert refused({**good, "criteria": {**good["criteria"], "cost": float("nan"), "fees": 1}}) == [
        "criteria.cost",
        "criteria.fees",
    ]
    assert refused({**good, "vague": True, "unasked": None}) == [
        *(f"unasked.{each}" for each in UNASKED),
        "vague",
    ]
    assert refused({**good, "criteria": dict.fromkeys(Criterion, 0)}) == ["criteria.goal"]
    assert refused({**good, "priorities": {"must": 1, "important": 2, "nice": 0.5}}) == ["priorities.must"]
    assert len(refused({})) == 16


def test_names_of_versions_count_within_the_day(clock: FrozenClock) -> None:
    day = clock.now().date()
    assert next_version(day, frozenset()) == "2026-11-22-1"
    assert next_version(day, frozenset({"2026-11-3", "2026-11-22-9", "2026-11-22-10", "2026-11-21-50"})) == (
        "2026-11-22-11"
    )
