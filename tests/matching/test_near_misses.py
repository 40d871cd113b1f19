"""Near misses are exact: running the engine again with the change shows as many programs more, and no smaller does."""

from datetime import date
from typing import Any

import pytest

from tests.matching.law import Case, law_from
from tests.matching.test_criteria import listing
from tests.matching.test_rules import ranked
from webapp.domain.near_miss import CHANGES, near_miss_sentence
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog
from webapp.matching.context import Context
from webapp.matching.limits import within_limits
from webapp.matching.near_misses import near_misses
from webapp.matching.student import Student

MUSTS = dict.fromkeys(("goal", "place", "schedule", "duration", "start", "cost"), "must")
STEP = {"practical.budget_usd": 0.01, "practical.radius_km": 1.0}
MOST = {"practical.budget_usd": 10_000_000, "practical.radius_km": 20_000, "practical.months_max": 240}
MOST |= {"practical.start_within_months": 120, "practical.hours_per_week": 100}


def asked(obj: dict[str, Any], catalog: Catalog) -> Context:
    return Context(Student(Profile.from_json(obj), DEFAULT_WEIGHTS), catalog, date(2026, 11, 22))


def shown(obj: dict[str, Any], catalog: Catalog) -> int:
    return len(catalog) - sum(within_limits(asked(obj, catalog))[1].values())


def with_answer(obj: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    section, key = path.split(".")
    kept = {name: each for name, each in obj[section].items() if name != key}
    return {**obj, section: kept if value is None else {**kept, key: value}}


@law_from(2, sizes=(9, 6, 12, 14, 7, 10, 13))
def test_a_near_miss_is_what_the_engine_finds(case: Case) -> None:
    background = case.obj.get("priorities", {}).get("background", "nice")
    obj, catalog = {**case.obj, "priorities": {**MUSTS, "background": background}}, case.world.catalog
    before = shown(obj, catalog)
    for miss in (miss.to_json() for miss in near_misses(asked(obj, catalog))):
        ((path, value),) = miss["change"].items()
        section, key = path.split(".")
        assert miss["from"] == Profile.from_json(obj).to_json()[section][key]
        assert miss["more"] > 0
        assert shown(with_answer(obj, path, value), catalog) - before == miss["more"]
        assert near_miss_sentence(miss).endswith(".")
        if path in MOST:
            every = shown(with_answer(obj, path, MOST[path]), catalog) - before
            less = value - STEP.get(path, 0.001)
            if less >= miss["from"]:
                assert shown(with_answer(obj, path, less), catalog) - before < min(3, every)


@pytest.mark.parametrize(
    ("obj", "cells", "words"),
    [
        (
            {"practical": {"budget_usd": 30000}, "priorities": {"cost": "must"}},
            [{"tuition_total_usd": price} for price in ("31000", "33000", "34000", "34000", "90000")],
            "4 more if you raise the budget to $34,000.",
        ),
        (
            {"practical": {"months_max": 12}, "priorities": {"duration": "must"}},
            [{"months": "18"}],
            "1 more if you allow 18 months to finish.",
        ),
        (
            {"practical": {"hours_per_week": 10, "pace": "part_time"}, "priorities": {"schedule": "must"}},
            [{"hours_per_week": "12"}, {"hours_per_week": "20", "pace": "full_time"}],
            "1 more if you can give 12 hours a week.",
        ),
        (
            {"practical": {"pace": "part_time"}, "priorities": {"schedule": "must"}},
            [{"pace": "full_time"}],
            "1 more if any pace would do.",
        ),
        (
            {"practical": {"modalities": ["online"]}, "priorities": {"place": "must"}},
            [{"modality": "hybrid"}, {"modality": "on_campus"}, {"modality": "hybrid"}],
            "2 more if you would also study partly online.",
        ),
        (
            {"goal": {"credentials": ["bootcamp"]}, "priorities": {"goal": "must"}},
            [{"credential": "master"}],
            "1 more if you would also take a master's degree.",
        ),
        (
            {"practical": {"start_within_months": 2}, "priorities": {"start": "must"}},
            [{"start_terms": "fall"}],
            "1 more if you can wait 10 months for the start.",
        ),
        (
            {"practical": {"postal_code": "94110", "radius_km": 50}, "priorities": {"place": "must"}},
            [{"modality": "on_campus", "latitude": "38.6", "longitude": "-121.5"}],
            "1 more if you would travel up to 76 miles (123 km).",
        ),
    ],
)
def test_near_misses_read_plainly(obj: dict[str, Any], cells: list[dict[str, str]], words: str) -> None:
    programs = [listing(program_id=f"p{number}", **cell) for number, cell in enumerate(cells)]
    assert words in [near_miss_sentence(miss) for miss in ranked(obj, *programs).to_json()["near_misses"]]


def test_a_program_behind_two_limits_is_no_near_miss() -> None:
    obj = {"practical": {"budget_usd": 1, "months_max": 1}, "priorities": {"cost": "must", "duration": "must"}}
    assert ranked(obj, listing(tuition_total_usd="2", months="2")).near_misses == ()
    assert ranked({}, listing(tuition_total_usd="2", months="2")).near_misses == ()


def test_every_answer_that_can_move_has_words() -> None:
    assert {*MOST, "practical.pace", "practical.modalities", "goal.credentials"} == CHANGES.keys()
