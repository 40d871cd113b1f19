"""Why not: the limit and its numbers are the engine's, and what it would take is what comes out when it is done."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.golden.demo_catalogue import demo_catalog
from webapp.domain.persona import personas
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Weights, rank
from webapp.matching.comparison import DEPTH, compare, moves
from webapp.matching.standings import Question, order_of
from webapp.matching.why_not import why_not

TODAY = date(2026, 11, 22)
SOME = personas()[::17]
DEARER = Weights.from_json(
    "dearer", {**DEFAULT_WEIGHTS.to_json(), "criteria": dict.fromkeys(DEFAULT_WEIGHTS.to_json()["criteria"], 1.0)}
)


def question_of(profile: Profile) -> Question:
    return Question(profile, DEFAULT_WEIGHTS, b"salt", TODAY)


def changed(profile: Profile, changes: Any) -> Profile:
    told = json.loads(json.dumps(profile.to_json()))
    for path, value in changes:
        section, key = path.split(".")
        told.setdefault(section, {})[key] = value
    return Profile.from_json(told)


@pytest.mark.parametrize("persona", SOME, ids=lambda persona: persona.name)
def test_every_answer_about_a_program_is_what_the_engine_does(persona: Any) -> None:
    catalog, question = demo_catalog(), question_of(persona.profile)
    listed = rank(persona.profile, catalog, DEFAULT_WEIGHTS, 100, salt=b"salt", today=TODAY, counterfactuals=False)
    place = {match.program_id: match.rank for match in listed.matches}
    for listing in catalog.listings[:: len(catalog) // 4]:
        why = why_not(question, catalog, listing.program_id)
        assert why is not None
        assert why.judgement.place == place.get(listing.program_id)
        assert {each.rule for each in why.obstacles} == set(why.judgement.limits)
        assert (why.last is None) is (why.judgement.place is not None and why.judgement.place <= 10)
        for obstacle in why.obstacles:
            if obstacle.path:
                assert obstacle.has == persona.profile.stated().get(obstacle.path)
        for step in why.steps[:2]:
            then = changed(persona.profile, step.changes)
            again = why_not(replace(question, profile=then), catalog, listing.program_id)
            assert again is not None
            judged = again.judgement
            assert (judged.place, judged.limits, judged.match.verdict) == (step.place, step.limits, step.verdict)


def test_what_the_catalogue_does_not_have_is_nothing() -> None:
    assert why_not(question_of(Profile()), demo_catalog(), "nowhere") is None


def test_moves_are_the_places_under_either_weights() -> None:
    catalog = demo_catalog()
    for persona in SOME:
        question = question_of(persona.profile)
        before = order_of(question, catalog, DEPTH)
        after = order_of(replace(question, weights=DEARER), catalog, DEPTH)
        found = moves(question, catalog, DEARER)
        assert {each.program_id for each in found} == {*before[:10], *after[:10]}
        for move in found:
            assert move.before == (before.index(move.program_id) + 1 if move.program_id in before else None)
            assert move.after == (after.index(move.program_id) + 1 if move.program_id in after else None)


def test_many_lists_are_counted_and_time_is_kept() -> None:
    catalog = demo_catalog()
    asked = [(persona.name, question_of(persona.profile)) for persona in SOME]
    whole = compare(asked, catalog, DEARER, is_over=lambda: False).to_json()
    changed_lists = [
        name
        for name, question in asked
        if order_of(question, catalog, 10) != order_of(replace(question, weights=DEARER), catalog, 10)
    ]
    assert (whole["lists"], whole["changed"], whole["gave_up"]) == (len(SOME), len(changed_lists), False)
    assert {each["list"] for each in whole["most_changed"]} == set(changed_lists)
    assert sum(each["entered"] - each["left"] for each in whole["movers"]) <= 10 * len(SOME)
    same = compare(asked, catalog, DEFAULT_WEIGHTS, is_over=lambda: False).to_json()
    assert (same["changed"], same["mean_tau"], same["movers"]) == (0, 1.0, [])
    assert compare(asked, catalog, DEARER, is_over=lambda: True).to_json()["lists"] == 1
    assert compare([], catalog, DEARER, is_over=lambda: True).to_json()["mean_tau"] is None
