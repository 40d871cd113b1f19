"""Pathways: the search finds what trying every chain finds, and what it says of a chain is so."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from tests.factories.demo_catalogue import demo_catalog
from tests.factories.engine_inputs import CIPS, catalogue_of, profile_object_of
from tests.matching.law import law_of_chance
from tests.matching.test_criteria import listing
from webapp.domain.credential import Credential, Education
from webapp.domain.listing import Bridge, Listing
from webapp.domain.profile import Profile
from webapp.domain.subject import RANKED_LEVELS, Subject
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.matching.arrays import Mask
from webapp.matching.chains import MOST_STEPS, NO_LIMIT, Aim, Chain, Search
from webapp.matching.context import Context
from webapp.matching.goals import aims_table
from webapp.matching.hops import UNPUBLISHED
from webapp.matching.landscape import MILLIS, survey
from webapp.matching.rules import FALSE
from webapp.matching.standing import Standing
from webapp.matching.student import Student

TODAY = date(2026, 11, 22)
_MENDED = {"education", "field", *(f"subject.{subject.value}" for subject in Subject)}


def context_of(obj: dict[str, Any], catalog: Catalog) -> Context:
    return Context(Student(Profile.from_json(obj), DEFAULT_WEIGHTS), catalog, TODAY)


def price(one: Listing) -> int:
    return UNPUBLISHED if one.tuition_total_cents is None else one.tuition_total_cents


def length(one: Listing) -> int:
    return UNPUBLISHED if one.months is None else round(one.months * MILLIS)


def cost(aim: Aim, chain: list[Listing]) -> tuple[int, int, int]:
    paid, studied = sum(map(price, chain)), sum(map(length, chain))
    return (studied, len(chain), paid) if aim is Aim.FASTEST else (paid, len(chain), studied)


class Trial:
    """Every chain there is, walked one listing at a time."""

    def __init__(self, context: Context, usable: Mask, aims: Mask) -> None:
        rules, catalog = context.eligibility.rules, context.catalog
        shut = np.zeros(len(catalog.admissions), dtype=np.bool_)
        for rule, values in rules.items():
            if rule not in _MENDED:
                shut |= values == FALSE
        free = ~shut[catalog.admission] & (context.eligibility.state_of(slice(None)) != FALSE)
        self.steps = [catalog.listings[row] for row in np.flatnonzero(free & usable).tolist()]
        self.ends = [catalog.listings[row] for row in np.flatnonzero(free & aims).tolist()]
        self.start = Standing.of(context.student.profile)
        self.most_price = self.most_length = NO_LIMIT

    def chains(self, standing: Standing, before: list[Listing]) -> Iterator[list[Listing]]:
        for end in self.ends:
            if not standing.lacks(end):
                yield [*before, end]
        if len(before) == MOST_STEPS - 1:
            return
        for step in self.steps:
            if not standing.lacks(step) and (after := standing.after(step)) != standing:
                yield from self.chains(after, [*before, step])

    def best(self, aim: Aim) -> tuple[int, int, int] | None:
        within = [
            (len(chain) if aim is Aim.FEWEST_STEPS else 0, cost(aim, chain))
            for chain in self.chains(self.start, [])
            if sum(map(price, chain)) % UNPUBLISHED <= self.most_price
            and sum(map(length, chain)) % UNPUBLISHED <= self.most_length
        ]
        return min(within)[1] if within else None


def walk(context: Context, chain: Chain) -> list[Listing]:
    """The listings of a chain, each of which can be entered after those before it."""
    listings = [context.catalog.listings[row] for row in chain.rows]
    standing = Standing.of(context.student.profile)
    for one in listings:
        assert standing.lacks(one) == ()
        standing = standing.after(one)
    return listings


def ladder_of(chance: random.Random) -> list[Listing]:
    """A small catalogue in which much leads to something."""
    ids = [f"p{number:02d}" for number in range(chance.randint(3, 9))]
    levels, subjects = RANKED_LEVELS[:4], list(Subject)[:3]
    return [
        Listing(
            program_id=program_id,
            institution="Alder",
            name="Program",
            credential=chance.choice([*Credential, Credential.BOOTCAMP, Credential.BOOTCAMP]),
            cip=chance.choice(CIPS),
            months=chance.choice([None, 2.0, 4.0, 4.5, 12.0, 24.0]),
            tuition_total_cents=chance.choice([None, 0, 50_000, 90_000, 900_000, 1_000_000]),
            min_education=chance.choice([Education.HIGH_SCHOOL] * 4 + [None, *Education]),
            accepted_fields=chance.choice([(), (), ("any",), ("11",), ("27", "30"), ("any_with_prerequisites",)]),
            min_gpa=chance.choice([None] * 7 + [3.5]),
            req_programming=chance.choice([None, None, *levels]),
            req_statistics=chance.choice([None, None, *levels]),
            req_calculus=chance.choice([None, None, *levels]),
            bridge_for=tuple(
                chance.choice(
                    [Bridge(chance.choice(subjects), chance.choice(levels[1:]))] * 3 + [Bridge(program_id=other)]
                )
                for other in chance.sample(ids, chance.randint(0, 3))
            ),
        )
        for program_id in ids
    ]


def standing_of(chance: random.Random) -> dict[str, Any]:
    """What somebody brings, any of it unknown."""
    background = {
        "education": chance.choice(["less_than_high_school", "high_school", "associate", "bachelor"]),
        "field": chance.choice(["23", "11", "54"]),
        "gpa": chance.choice([3.0, 3.8]),
    }
    subjects = {subject.value: chance.choice(["none", "self_study", "one_course"]) for subject in list(Subject)[:3]}
    return {
        section: {name: answer for name, answer in answers.items() if chance.random() < 0.5}
        for section, answers in (("background", background), ("subjects", subjects))
    }


@law_of_chance
def test_the_best_chain_is_the_best_of_all_chains(chance: random.Random) -> None:
    obj, listings, aim = standing_of(chance), ladder_of(chance), chance.choice(list(Aim))
    context = context_of(obj, Catalog.from_listings(listings, "test"))
    usable = np.ones(len(listings), dtype=np.bool_)
    aims = np.zeros(len(listings), dtype=np.bool_)
    aims[chance.sample(range(len(listings)), chance.randint(1, 3))] = True
    trial = Trial(context, usable, aims)
    check(context, trial, usable, aims, aim)
    trial.most_price, trial.most_length = 1_000_000, 24 * MILLIS
    check(context, trial, usable, aims, aim)


def check(context: Context, trial: Trial, usable: Mask, aims: Mask, aim: Aim) -> None:
    landscape, expected = survey(context, usable, aims), trial.best(aim)
    if landscape is None:
        # Nothing to mend: one listing is all it takes, or no chain leads there.
        assert expected is None or expected[1] == 1
        return
    search = Search(landscape, context.catalog.admissions, aim, trial.most_price, trial.most_length)
    best = search.best()
    assert (None if best is None else best.cost) == expected
    if best is not None:
        assert cost(aim, walk(context, best)) == best.cost


@law_of_chance
def test_what_a_pathway_says_is_so(chance: random.Random) -> None:
    obj, listings = profile_object_of(chance.getrandbits(40)), catalogue_of(chance.randint(0, 16), chance)
    held = {one.program_id: one for one in listings}
    profile, catalog = Profile.from_json(obj), Catalog.from_listings(listings, "test")
    ways = rank(profile, catalog, DEFAULT_WEIGHTS, today=TODAY, counterfactuals=False).to_json()["pathways"]
    for way in (way for way in ways if way["steps"]):
        chain = [held[step["program_id"]] for step in way["steps"]]
        assert 2 <= len(chain) <= MOST_STEPS
        standing = Standing.of(profile)
        for index, (one, step) in enumerate(zip(chain, way["steps"], strict=True)):
            after = standing.after(one)
            assert standing.lacks(one) == ()
            assert bool(step["closes"]) == (index < len(chain) - 1)
            for rule in step["closes"]:
                assert any(rule in standing.lacks(later) and rule not in after.lacks(later) for later in chain[index:])
            standing = after
        assert (way["tuition_total_usd"] is None) == any(one.tuition_total_cents is None for one in chain)
        assert (way["months"] is None) == any(one.months is None for one in chain)
        assert len(set(way["kinds"])) == len(way["kinds"])
        assert way["kind"] == way["kinds"][0]
    assert sorted(k for way in ways for k in way["kinds"]) == sorted({k for way in ways for k in way["kinds"]})


NOTHING_YET = {subject.value: "none" for subject in Subject}
PERSONAS: dict[str, dict[str, Any]] = {
    "school leaver who wants to be a data scientist": {
        "goal": {"occupation": "15-2051"},
        "background": {"education": "high_school"},
        "subjects": NOTHING_YET,
    },
    "English graduate": {
        "goal": {"occupation": "15-2051"},
        "background": {"education": "bachelor", "field": "23", "gpa": 3.4},
        "subjects": NOTHING_YET,
        "practical": {"state": "OH", "modalities": ["online", "hybrid"]},
    },
    "some college, named a master's degree": {
        "goal": {"credentials": ["master"]},
        "background": {"education": "some_college", "field": "54"},
        "subjects": {"programming": "self_study", "statistics": "none", "calculus": "none"},
    },
    "wants to do research": {
        "goal": {"occupation": "15-1221"},
        "background": {"education": "master", "field": "54", "gpa": 3.8},
        "subjects": {**NOTHING_YET, "programming": "several_courses", "statistics": "several_courses"},
        "practical": {"state": "TX"},
    },
    "left school early": {
        "goal": {"occupation": "15-1242"},
        "background": {"education": "less_than_high_school"},
        "subjects": {"programming": "none", "databases": "none"},
    },
}


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("aim", list(Aim))
def test_exact_on_the_demo_catalogue(name: str, aim: Aim) -> None:
    context = context_of(PERSONAS[name], demo_catalog())
    catalog, table = context.catalog, aims_table(context)
    assert table is not None
    aims, usable = table[catalog.credential, catalog.cip], ~context.places.out_of_reach_of(slice(None))
    landscape = survey(context, usable, aims & usable)
    assert landscape is not None
    best = Search(landscape, catalog.admissions, aim).best()
    expected = layered(Trial(context, usable, aims & usable), aim)
    assert (None if best is None else best.cost) == expected
    if best is not None:
        walk(context, best)


def layered(trial: Trial, aim: Aim) -> tuple[int, int, int] | None:
    """The best cost of all chains: every standing with its best cost, hop by hop, no worse than an end found."""
    layer: dict[Any, tuple[Standing, list[Listing]]] = {"start": (trial.start, [])}
    best: tuple[int, int, int] | None = None
    for steps in range(1, MOST_STEPS + 1):
        for standing, before in layer.values():
            for end in trial.ends:
                if not standing.lacks(end):
                    best = min(filter(None, (best, cost(aim, [*before, end]))))
        if steps == MOST_STEPS or (best and aim is Aim.FEWEST_STEPS):
            break
        further: dict[Any, tuple[Standing, list[Listing]]] = {}
        for standing, before in layer.values():
            for step in trial.steps:
                chain = [*before, step]
                if best and cost(aim, chain) >= best:
                    continue
                if standing.lacks(step) or (after := standing.after(step)) == standing:
                    continue
                key = (after.education, after.fields, tuple(after.subjects.items()), after.admitted)
                if key not in further or cost(aim, chain) < cost(aim, further[key][1]):
                    further[key] = (after, chain)
        layer = further
    return best


def test_unknown_prices_stand_behind_known_ones_and_are_never_nothing() -> None:
    goal = listing(program_id="goal", min_education="bachelor", req_statistics="one_course", tuition_total_usd="9000")
    blank = listing(program_id="blank", credential="professional_certificate", bridge_for="statistics", months="1")
    dear = listing(
        program_id="dear", credential="professional_certificate", bridge_for="statistics", tuition_total_usd="4000"
    )
    obj = {
        "goal": {"credentials": ["master"]},
        "background": {"education": "bachelor"},
        "subjects": {"statistics": "none"},
    }
    ways = ways_of(obj, goal, blank, dear)
    assert [(way["kinds"], way["tuition_total_usd"], way["steps"][0]["program_id"]) for way in ways] == [
        (["cheapest", "fewest_steps"], 13000, "dear"),
        (["fastest"], None, "blank"),
    ]
    assert ways[1]["at_least"] == {"months": 1, "tuition_total_usd": 9000}


def ways_of(obj: dict[str, Any], *listings: Listing) -> list[dict[str, Any]]:
    catalog = Catalog.from_listings(listings, "test")
    ways: list[dict[str, Any]] = rank(Profile.from_json(obj), catalog, DEFAULT_WEIGHTS, today=TODAY).to_json()[
        "pathways"
    ]
    return ways


def test_a_must_holds_for_the_whole_chain() -> None:
    goal = listing(program_id="goal", req_statistics="one_course", tuition_total_usd="9000", months="12")
    course = listing(
        program_id="course", credential="bootcamp", bridge_for="statistics", tuition_total_usd="4000", months="3"
    )
    obj: dict[str, Any] = {
        "goal": {"credentials": ["master"]},
        "background": {"education": "bachelor"},
        "subjects": {"statistics": "none"},
        "practical": {"budget_usd": 12999, "months_max": 15},
        "priorities": {"cost": "important", "duration": "must"},
    }
    assert [len(way["steps"]) for way in ways_of(obj, goal, course)] == [2]
    assert ways_of({**obj, "priorities": {"cost": "must"}}, goal, course) == []
    assert ways_of({**obj, "practical": {"months_max": 14}}, goal, course) == []


def test_only_the_first_step_must_start_in_time() -> None:
    goal = listing(program_id="goal", req_statistics="one_course", start_terms="fall")
    course = listing(program_id="course", credential="bootcamp", bridge_for="statistics", start_terms="monthly")
    obj = {
        "background": {"education": "bachelor"},
        "goal": {"credentials": ["master"]},
        "subjects": {"statistics": "none"},
        "practical": {"start_within_months": 2},
        "priorities": {"start": "must"},
    }
    assert [len(way["steps"]) for way in ways_of(obj, goal, course)] == [2]
    late = listing(program_id="course", credential="bootcamp", bridge_for="statistics", start_terms="fall")
    assert ways_of(obj, goal, late) == []


def test_no_way_leads_out_of_reach() -> None:
    goal = listing(program_id="goal", req_statistics="one_course", modality="online", states_authorized="ALL")
    course = listing(
        program_id="course", credential="bootcamp", bridge_for="statistics", modality="on_campus", state="NY"
    )
    obj = {
        "background": {"education": "bachelor"},
        "goal": {"credentials": ["master"]},
        "subjects": {"statistics": "none"},
        "practical": {"state": "CA"},
    }
    assert ways_of(obj, goal, course) == []
    assert len(ways_of({**obj, "priorities": {"place": "ignore"}}, goal, course)) == 1


@pytest.mark.parametrize(
    ("job", "background", "kinds"),
    [
        ("15-1254", {"education": "high_school"}, ["no_degree_needed"]),
        ("15-1254", {}, ["no_degree_needed"]),
        ("15-1254", {"education": "bachelor", "field": "54"}, []),
        ("15-1252", {"education": "bachelor", "field": "11"}, ["degree_held"]),
        ("15-1252", {"education": "bachelor", "field": "23"}, []),
        ("15-1221", {"education": "high_school"}, []),
    ],
)
def test_a_role_that_wants_no_further_degree_is_said(job: str, background: dict[str, str], kinds: list[str]) -> None:
    ways = ways_of({"goal": {"occupation": job}, "background": background}, listing(credential="bootcamp"))
    assert [way["kind"] for way in ways] == kinds
    assert ways_of({"goal": {"occupation": job, "credentials": ["bachelor"]}, "background": background}) == []


def test_nobody_with_a_bachelors_degree_is_sent_for_a_second_one() -> None:
    goal = listing(program_id="goal", accepted_fields="11", cip="11.0101")
    second = listing(program_id="second", credential="bachelor", cip="11.0701", tuition_total_usd="1")
    bridge = listing(program_id="bridge", credential="graduate_certificate", bridge_for="program:goal")
    obj = {"goal": {"credentials": ["master"]}, "background": {"education": "bachelor", "field": "54"}}
    assert ways_of(obj, goal, second) == []
    assert [step["program_id"] for step in ways_of(obj, goal, second, bridge)[0]["steps"]] == ["bridge", "goal"]
    young = {**obj, "background": {"education": "high_school", "field": "54"}}
    assert [step["program_id"] for step in ways_of(young, goal, second)[0]["steps"]] == ["second", "goal"]
