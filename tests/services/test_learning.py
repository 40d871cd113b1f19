"""Learning from simulated students whose minds are known: it moves towards the truth, and on noise it stays put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from webapp.domain.profile import Criterion

if TYPE_CHECKING:
    from webapp.services.learning import Learned, Shown

SHARES = np.array([0.22, 0.22, 0.12, 0.03, 0.06, 0.1, 0.05, 0.04, 0.16])
DRAWS = 400
CRITERIA = tuple(Criterion)
BOUND = 0.25


def learn(lists: Sequence[Shown]) -> Learned:
    """Learn, with few draws; what that takes is loaded for a second, by the one process that tries it."""
    from webapp.services import learning

    assert (learning.CRITERIA, learning.BOUND) == (CRITERIA, BOUND)
    return learning.learn(lists, draws=DRAWS)


def students(
    count: int, seed: int, truth: dict[Criterion, float], *, care: float = 14.0, power: float = 1.0
) -> list[Shown]:
    """Lists of ten out of forty programs, ordered by the live weights. Students look by place, and choose by the truth.

    `care` is how much the true score moves a choice: with 0 they choose anything they look at.
    """
    from webapp.services.learning import Shown

    chance = np.random.default_rng(seed)
    factors = np.array([truth.get(each, 1.0) for each in CRITERIA])
    made = []
    for key in range(count):
        points = chance.random((40, len(CRITERIA))) * SHARES
        shown = points[np.argsort(-points.sum(axis=1))[:10]]
        worth = shown @ factors
        looked = chance.random(10) < np.arange(1, 11) ** -power
        chance_of = 0.9 / (1 + np.exp(-care * (worth - np.median(worth)))) if care else np.full(10, 0.3)
        wanted = chance.random(10) < chance_of
        chosen = (looked & wanted).astype(np.float64)
        made.append(
            Shown(
                key=key,
                place=np.arange(1, 11),
                points=shown,
                verdict=np.ones(10, dtype=np.int64),
                chosen=chosen,
                rival=chosen == 0,
                aside=np.zeros(10, dtype=np.bool_),
            )
        )
    return made


def test_it_moves_towards_the_truth_and_no_further_than_the_bound() -> None:
    truth = {Criterion.COST: 2.2, Criterion.INTERESTS: 0.3}
    found = learn(students(1500, 1, truth))
    assert found.refusal == ""
    assert found.gain is not None
    assert 0 < found.gain.low < found.gain.mean < found.gain.high
    assert found.factors[Criterion.COST] == 1 + BOUND
    assert found.factors[Criterion.INTERESTS] == 1 - BOUND
    assert all(1 - BOUND <= factor <= 1 + BOUND for factor in found.factors.values())
    away = [
        sum(abs(np.log(by[each] / truth.get(each, 1.0))) for each in truth)
        for by in (found.factors, dict.fromkeys(truth, 1.0))
    ]
    assert away[0] < away[1]
    for criterion in (Criterion.GOAL, Criterion.BACKGROUND):
        assert found.factors[criterion] == pytest.approx(1, abs=0.17)
    assert found.propensity.power == pytest.approx(1, abs=0.35)


def test_where_the_weights_are_right_or_there_is_only_noise_it_proposes_nothing() -> None:
    for care, power in ((14.0, 1.0), (0.0, 1.0), (0.0, 0.0)):
        found = learn(students(600, 1, {}, care=care, power=power))
        assert found.refusal != ""
        assert (found.propensity.power < 0.4) is (power == 0)


def test_a_choice_low_down_says_more_and_a_lack_of_choices_says_nothing() -> None:
    few = learn(students(200, 1, {}))
    assert few.refusal.startswith("Only ")
    assert "at least 300" in few.refusal
    assert few.gain is None
    assert few.propensity.groups > 0
    assert learn([]).propensity.power == 1
    low, high = few.propensity.weight(np.array([1, 10]))
    assert (low, high > 5) == (1, True)


def test_what_was_put_aside_counts_against() -> None:
    """Everybody puts aside the dearest program and chooses anything else: price comes to weigh more."""
    chance, cost = np.random.default_rng(3), CRITERIA.index(Criterion.COST)
    lists = []
    for each in students(600, 3, {}, care=6.0, power=0.0):
        aside = np.zeros(10, dtype=np.bool_)
        aside[each.points[:, cost].argmin()] = chance.random() < 0.9
        lists.append(replace(each, aside=aside, chosen=np.where(aside, 0.0, each.chosen), rival=each.rival & ~aside))
    found = learn(lists)
    assert found.put_aside > 400
    assert found.free[Criterion.COST] > 1.1
