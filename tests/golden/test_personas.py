"""The golden personas are whole: they parse, their listings exist, and every grade says why."""

from collections import Counter

import pytest

from tests.golden.demo_catalogue import demo_listings
from webapp.domain.listing import ALL_STATES, Listing
from webapp.domain.persona import Persona, personas
from webapp.domain.profile import Criterion, Modality, Priority

LISTINGS = {listing.program_id: listing for listing in demo_listings()}
PERSONAS = pytest.mark.parametrize("persona", personas(), ids=lambda persona: persona.name)


def test_there_are_enough_of_many_kinds() -> None:
    names = Counter(persona.name for persona in personas())
    groups = Counter(persona.group for persona in personas())
    assert len(names) == names.total() >= 60
    assert len(groups) >= 10
    assert min(groups.values()) >= 3


def test_the_halves_are_halves() -> None:
    untouched = sum(persona.untouched for persona in personas())
    assert 0.4 <= untouched / len(personas()) <= 0.6


def test_most_have_enough_graded_listings() -> None:
    counts = sorted(len(persona.grades) for persona in personas())
    assert counts[0] >= 1
    assert counts[len(counts) // 2] >= 8


@PERSONAS
def test_grades_are_of_listings_and_say_why(persona: Persona) -> None:
    assert len(persona.worth) == len(persona.grades)
    assert [grade.program_id for grade in persona.grades if grade.program_id not in LISTINGS] == []
    assert {grade.grade for grade in persona.grades} <= {1, 2, 3}
    assert 3 in persona.worth.values(), "nothing here would be advised"
    assert all(len(grade.why.split()) >= 2 and grade.why.endswith(".") for grade in persona.grades)
    assert len(persona.story.split()) >= 6


@PERSONAS
def test_no_grade_crosses_a_limit_the_persona_set(persona: Persona) -> None:
    assert [grade for grade in persona.worth if crosses(persona, LISTINGS[grade])] == []


def crosses(persona: Persona, listing: Listing) -> bool:
    """Whether a published fact breaks a `must` of the persona, or no state lets them study there at all."""
    practical, musts = persona.profile.practical, persona.profile.priorities
    wanted = persona.profile.goal.credentials
    broken = {
        Criterion.COST: above(listing.tuition_total_cents, practical.budget_cents),
        Criterion.DURATION: above(listing.months, practical.months_max),
        Criterion.SCHEDULE: above(listing.hours_per_week, practical.hours_per_week),
        Criterion.GOAL: bool(wanted) and listing.credential not in wanted,
    }
    if listing.modality == (Modality.ONLINE,) and practical.state is not None and listing.states_authorized:
        refused = ALL_STATES not in listing.states_authorized and practical.state not in listing.states_authorized
    else:
        refused = False
    return refused or any(musts.of(criterion) is Priority.MUST and fails for criterion, fails in broken.items())


def above(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit
