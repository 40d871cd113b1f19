"""The engine's order against the graded personas: it must not get silently worse. Figures: docs/golden.md."""

from collections.abc import Callable

import pytest

from tests.golden.agreement import engine_order, mean_ndcg
from tests.golden.baselines import bm25_eligible_order, bm25_order, cheapest_order, random_ndcg
from tests.golden.demo_catalogue import DEMO
from webapp.domain.agreement import ndcg
from webapp.domain.persona import Persona, personas
from webapp.matching import DEFAULT_WEIGHTS
from webapp.services.golden import Golden

UNTOUCHED = [persona for persona in personas() if persona.untouched]
FLOORS = {5: 0.86, 10: 0.87}
"""A little under what is reached on the untouched half. The aim is 0.90 at 5; docs/golden.md says what is missing."""
MARGIN = 0.15
MARGIN_WITH_FACTS = 0.10
"""Over words filtered by the same facts: stronger than what the aim names, so the margin is smaller."""


def at_five(order: Callable[[Persona], list[str]]) -> float:
    return mean_ndcg(order, UNTOUCHED, 5)


@pytest.mark.parametrize("k", FLOORS)
def test_the_engine_agrees_with_the_grades(k: int) -> None:
    assert mean_ndcg(engine_order, UNTOUCHED, k) >= FLOORS[k]


def test_the_engine_beats_words_price_and_chance() -> None:
    chance = sum(random_ndcg(persona, 5) for persona in UNTOUCHED) / len(UNTOUCHED)
    reached = at_five(engine_order)
    assert reached - at_five(bm25_order) >= MARGIN
    assert reached - at_five(cheapest_order) >= MARGIN
    assert reached - chance >= MARGIN
    assert reached - at_five(bm25_eligible_order) >= MARGIN_WITH_FACTS


def test_what_staff_are_shown_is_what_is_measured_here() -> None:
    golden = Golden(lambda: DEMO.read_text("utf-8"))
    effect = golden.effect(DEFAULT_WEIGHTS, DEFAULT_WEIGHTS)
    assert effect.after == effect.before
    assert (effect.worse, effect.better) == ((), ())
    assert effect.before[0] == pytest.approx(mean_ndcg(engine_order, personas(), 5))
    assert effect.untouched_before == pytest.approx([mean_ndcg(engine_order, UNTOUCHED, k) for k in FLOORS])


def test_the_measure_is_one_for_the_best_order_and_falls_with_every_swap() -> None:
    for persona in UNTOUCHED:
        best = sorted(persona.worth, key=lambda program: -persona.worth[program])
        assert ndcg(best, persona.worth, 5) == pytest.approx(1)
        assert ndcg(["demo-nothing", *best], persona.worth, 5) < 1
    graded = {"a": 3, "b": 1}
    assert ndcg(["x", "a"], graded, 2) == pytest.approx((7 / 1.5849625) / (7 + 1 / 1.5849625))
