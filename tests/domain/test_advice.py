"""Advice: what-ifs and ways in steps read as a person would say them, also those stored by older engines."""

from typing import Any

import pytest

from webapp.domain.advice import counterfactual_sentence, pathway_sentence, step_sentence
from webapp.domain.profile import Modality, Pace
from webapp.domain.subject import RANKED_LEVELS, Subject
from webapp.matching.rules import Verdict

CHAIN: dict[str, Any] = {
    "kind": "cheapest",
    "kinds": ["cheapest", "fewest_steps"],
    "months": 22,
    "tuition_total_usd": 18340,
    "at_least": {"months": 22, "tuition_total_usd": 18340},
    "steps": [{}, {}],
}


@pytest.mark.parametrize(
    ("change", "verdict", "rank", "sentence"),
    [
        (
            {"subjects.statistics": "several_courses"},
            "eligible",
            2,
            "you took several courses in statistics, you would meet every requirement it publishes",
        ),
        (
            {"subjects.calculus": "one_course"},
            "conditional",
            None,
            "you took one course in calculus, a listed course or program would close what is left",
        ),
        (
            {"practical.radius_km": 120},
            "likely",
            3,
            "you travelled up to 75 miles (120 km), you would meet what it publishes of its requirements",
        ),
    ],
)
def test_what_ifs(change: dict[str, Any], verdict: str, rank: int | None, sentence: str) -> None:
    place = "" if rank is None else f" and it would stand at place {rank} of your list"
    what_if = {"change": change, "verdict": verdict, "rank": rank}
    assert counterfactual_sentence(what_if) == f"If {sentence}{place}."


def test_a_change_that_only_lifts_says_only_that() -> None:
    lifted = {"change": {"practical.budget_usd": 21500}, "verdict": "eligible", "rank": 2, "opens": False}
    assert counterfactual_sentence(lifted) == (
        "If you could pay $21,500 in all, it would stand at place 2 of your list."
    )


def test_every_change_and_verdict_can_be_said() -> None:
    changes: list[dict[str, Any]] = [
        {f"subjects.{subject.value}": level.value} for subject in Subject for level in RANKED_LEVELS
    ]
    changes += [
        {"background.work_years": 2},
        {"background.english": "c1"},
        {"practical.budget_usd": 30000.5},
        {"practical.months_max": 18},
        {"practical.hours_per_week": 12},
        {"practical.start_within_months": 9},
        {"practical.radius_km": 90},
        {"practical.pace": Pace.PART_TIME.value},
        {"practical.modalities": [way.value for way in Modality]},
    ]
    for change in changes:
        for verdict in Verdict:
            sentence = counterfactual_sentence({"change": change, "verdict": verdict.label, "rank": 1})
            assert sentence.startswith("If you ")
            assert sentence.endswith(" and it would stand at place 1 of your list.")


def test_ways_in_steps() -> None:
    assert pathway_sentence(CHAIN) == (
        "The cheapest way, and the one with the fewest steps, takes 2 programs, one after the other: 22 months in all, "
        "$18,340 in all."
    )
    both = {**CHAIN, "kinds": ["cheapest", "fastest"]}
    assert pathway_sentence(both).startswith("The cheapest and fastest way takes 2 programs")
    assert pathway_sentence({**CHAIN, "kinds": ["fewest_steps"]}).startswith("The way with the fewest steps takes")


def test_an_unknown_price_is_said_and_never_zero() -> None:
    some = {**CHAIN, "tuition_total_usd": None, "at_least": {"months": 22, "tuition_total_usd": 540}}
    assert pathway_sentence(some).endswith("22 months in all, at least $540, price not published by all of them.")
    none = {**some, "months": None, "at_least": {"months": None, "tuition_total_usd": None}}
    assert pathway_sentence(none).endswith("length not published by all of them, price not published by all of them.")


def test_a_way_stored_by_an_older_engine_can_still_be_said() -> None:
    old = {key: CHAIN[key] for key in ("kind", "months", "tuition_total_usd", "steps")}
    assert pathway_sentence(old) == (
        "The cheapest way takes 2 programs, one after the other: 22 months in all, $18,340 in all."
    )
    assert step_sentence({"program_id": "a", "closes": []}, "Statistics I", "Alder") == "Statistics I, Alder."


def test_steps_say_what_they_give() -> None:
    step = {
        "closes": ["education", "field", "subject.statistics"],
        "months": 48,
        "tuition_total_usd": None,
        "gives": {"education": "bachelor", "field": "11", "subjects": {"statistics": "one_course", "calculus": "none"}},
    }
    assert step_sentence(step, "BS in Computing", "Alder") == (
        "BS in Computing, Alder (48 months, price not published). It gives you what later steps ask for: a bachelor's "
        "degree, a degree in computer and information sciences and statistics (one course)."
    )
    entry: dict[str, Any] = {"closes": ["subject.statistics"], "months": None, "tuition_total_usd": 0, "gives": {}}
    assert step_sentence(entry, "Bridge", "Alder") == (
        "Bridge, Alder (length not published, $0). It opens the next step to you."
    )
    assert step_sentence({**step, "closes": []}, "MS", "Alder") == "MS, Alder (48 months, price not published)."


def test_a_role_that_wants_no_further_degree() -> None:
    open_to_all = {"kind": "no_degree_needed", "occupation": "15-1254", "credentials": ["bootcamp"], "steps": []}
    assert pathway_sentence(open_to_all) == (
        "You can become a web developer without a degree: people also start there with a bootcamp."
    )
    held = {"kind": "degree_held", "occupation": "15-1252", "credentials": ["bachelor"], "steps": []}
    assert pathway_sentence(held) == (
        "You may need no further degree to become a software engineer: most people who start there have a bachelor's "
        "degree, and you have one in a field that leads there. A course in what you still lack may do."
    )
