"""Every change that the list offers by a button does at least what its words say, whatever the limit."""

import pytest
from flask import Flask

from tests.factories.demo_catalogue import demo_catalog
from tests.matching.law import TODAY
from tests.student.person import ANSWERS, Values
from webapp.domain.near_miss import CHANGES
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Ranking, rank
from webapp.student.answers import Answers, profile_of
from webapp.student.cards import find_listing
from webapp.student.picks import below, changes_of

MUSTS = dict.fromkeys(("goal", "place", "schedule", "duration", "start", "cost"), "must")
CAMPUS: Values = {**ANSWERS["practicalities"], "modalities": ["hybrid", "on_campus"], "radius_km": "25"}
HURRIED: Values = {**ANSWERS["practicalities"], "start_within_months": "3", "hours_per_week": "8", "months_max": "9"}
SLOW: Values = {**ANSWERS["practicalities"], "pace": "part_time", "budget_usd": "9,000"}
LIMITS = [(name, practical) for practical in (CAMPUS, HURRIED, SLOW) for name in MUSTS]


def listed(answers: Answers) -> Ranking:
    return rank(profile_of(answers), demo_catalog(), DEFAULT_WEIGHTS, 10, today=TODAY)


def merged(answers: Answers, changes: Answers) -> Answers:
    return {**answers, **{step: {**answers[step], **fields} for step, fields in changes.items()}}


def test_a_near_miss_written_as_the_form_would_write_it_lets_in_what_it_says(app: Flask) -> None:
    met = set()
    with app.app_context():
        for name, practical in [*LIMITS, ("goal", ANSWERS["practicalities"])]:
            answers: Answers = {**ANSWERS, "practicalities": practical, "priorities": {name: "must"}}
            before = listed(answers)
            for miss in before.near_misses:
                met.add(miss.path)
                changes = changes_of(f"near {miss.path}", before, profile_of(answers), demo_catalog())
                after = listed(merged(answers, changes))
                won = sum(before.excluded.values()) - sum(after.excluded.values())
                assert won >= miss.more, (miss, changes)
                if miss.path not in ("practical.radius_km", "practical.start_within_months"):
                    assert won == miss.more, (miss, changes)
    assert met == CHANGES.keys()


@pytest.mark.parametrize("rule", sorted(MUSTS))
def test_easing_a_limit_brings_back_all_that_it_left_out(app: Flask, rule: str) -> None:
    answers: Answers = {
        **ANSWERS,
        "practicalities": {**HURRIED, "modalities": ["on_campus"]},
        "priorities": {rule: "must"},
    }
    with app.app_context():
        before = listed(answers)
        assert before.excluded
        changes = changes_of(f"ease {rule}", before, profile_of(answers), demo_catalog())
        assert listed(merged(answers, changes)).excluded == {}


def test_a_limit_below_a_program_leaves_it_out_and_is_then_no_longer_offered(app: Flask) -> None:
    answers: Answers = {**ANSWERS, "priorities": {}}
    with app.app_context():
        before = listed(answers)
        for match in before.matches:
            for kind in ("below", "shorter"):
                pick = f"{kind} {match.program_id}"
                changes = changes_of(pick, before, profile_of(answers), demo_catalog())
                if not changes:
                    continue
                limited = merged(answers, changes)
                after = listed(limited)
                assert match.program_id not in [each.program_id for each in after.matches]
                assert changes_of(pick, after, profile_of(limited), demo_catalog()) == {}


def test_a_limit_below_a_program_is_below_the_price_that_holds_for_the_student() -> None:
    program = find_listing(demo_catalog(), "demo-coppervane-bscs")
    assert program is not None
    budgets = {
        state: below(program, Profile.from_json({"practical": {"state": state}}))["practicalities"]["budget_usd"]
        for state in ("TX", "CA")
    }
    assert budgets == {"TX": "34,899", "CA": "61,199"}
