"""Whatever weights staff publish, the engine keeps its word: points add up, and no priority counts the other way."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.demo_catalogue import demo_catalog
from webapp.domain.persona import personas
from webapp.domain.profile import Criterion, Priority
from webapp.matching import Weights, rank
from webapp.matching.weights import UNASKED

TODAY = date(2026, 11, 22)
weight = st.one_of(st.just(0.0), st.floats(0.01, 9.0))
figures = st.fixed_dictionaries(
    {
        "criteria": st.fixed_dictionaries({each.value: weight for each in Criterion}).filter(
            lambda told: any(told.values())
        ),
        "priorities": st.tuples(st.floats(0, 1), st.floats(1, 5), st.floats(5, 10)).map(
            lambda told: dict(zip(("nice", "important", "must"), told, strict=True))
        ),
        "unasked": st.fixed_dictionaries({each.value: st.floats(0, 1) for each in UNASKED}),
        "vague": st.floats(0, 1),
    }
)


@settings(max_examples=20, deadline=None)
@given(told=figures, persona=st.sampled_from(personas()))
def test_any_weights_that_are_taken_rank(told: dict[str, Any], persona: Any) -> None:
    weights = Weights.from_json("x", told)
    doubled = Weights.from_json("x", {**told, "criteria": {key: 2 * value for key, value in told["criteria"].items()}})
    found, again = (
        rank(persona.profile, demo_catalog(), each, today=TODAY, counterfactuals=False).matches
        for each in (weights, doubled)
    )
    assert [match.program_id for match in found] == [match.program_id for match in again]
    for match in found:
        assert sum(match.contributions.values()) == pytest.approx(match.score, abs=1e-9)
        assert -1e-9 <= match.low <= match.score + 1e-9
        assert match.score <= match.high + 1e-9 <= 1 + 2e-9
    for criterion in Criterion:
        priority = persona.profile.priorities.of(criterion)
        assert weights.of(criterion, persona.profile.priorities) == weights.unstated[criterion] * weights.factor(
            priority
        )
    order = (Priority.IGNORE, Priority.NICE, None, Priority.IMPORTANT, Priority.MUST)
    factors = [weights.factor(each) for each in order]
    assert factors == sorted(factors)
