"""The short ways to the best rows find what sorting and scoring everything would."""

import dataclasses
import math
import random
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.factories.engine_inputs import profile_objects, sized_catalogues
from tests.factories.real_catalogue import real_catalog
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Priority, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog
from webapp.matching.arrays import Floats
from webapp.matching.assessment import THRESHOLD
from webapp.matching.bounds import Bounds
from webapp.matching.cells import build_cells
from webapp.matching.context import Context
from webapp.matching.criteria import ASSESS
from webapp.matching.facets import READS, Facet, build_facets, first_rows, joint_codes
from webapp.matching.limits import within_limits
from webapp.matching.order import PER_INSTITUTION, TOP, Keys, Place, arrange, spread
from webapp.matching.ranking import best_of
from webapp.matching.rules import Verdict
from webapp.matching.scoring import GOOD_SCORE, Scores
from webapp.matching.shortlist import SLACK, contenders, foremost
from webapp.matching.student import Student
from webapp.matching.worth import FIRST_TIER

TODAY = date(2026, 11, 22)
many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def context_of(obj: dict[str, Any], catalog: Catalog) -> Context:
    return Context(Student(Profile.from_json(obj), DEFAULT_WEIGHTS), catalog, TODAY)


def plainly_best(context: Context, k: int, salt: bytes) -> list[Place]:
    """Every row that breaks no limit scored, sorted, and spread: the order by its definition."""
    catalog = context.catalog
    rows = np.arange(len(catalog))[within_limits(context)[0]]
    scores = Scores(context, rows)
    keys = Keys(
        row=rows,
        later=context.eligibility.verdicts_of(rows) == Verdict.NOT_YET,
        score=scores.score,
        coverage=scores.coverage,
        verified=catalog.verified[rows],
        id_hash=catalog.id_hash[rows],
    )
    ordered = arrange(keys, salt)
    places = spread(ordered, catalog.institution, len(rows), complete=True)
    assert places is not None
    return plainly_with_low_cost(context, places, dict(zip(rows.tolist(), scores.score.tolist(), strict=True)))[:k]


def plainly_with_low_cost(context: Context, places: list[Place], score: dict[int, float]) -> list[Place]:
    """The rule on a low-cost option, by its definition."""
    catalog, student, first = context.catalog, context.student, [place.row for place in places[:TOP]]
    verdicts = context.eligibility.verdicts_of(slice(None))
    spans = [student.price_span(each) for each in catalog.listings]
    prices = [math.inf if span is None else span[1] for span in spans]
    cheap = [place for place in sorted(places, key=lambda each: each.raw) if prices[place.row] <= 1_000_000]
    near = ASSESS[Criterion.PLACE](context, slice(None)).point
    schools = [catalog.institution[row] for row in first[:-1]]
    options = [
        place
        for place in cheap
        if verdicts[place.row] != Verdict.NOT_YET
        and round(score[place.row], 9) >= GOOD_SCORE
        and (Criterion.PLACE not in context.student.shares or near[place.row] >= THRESHOLD)
        and schools.count(catalog.institution[place.row]) < PER_INSTITUTION
    ]
    ignored = context.student.profile.priorities.of(Criterion.COST) is Priority.IGNORE
    if ignored or len(first) < TOP or any(place.row in first for place in cheap) or not options:
        return places
    return [*places[: TOP - 1], options[0], *(place for place in places[TOP - 1 :] if place is not options[0])]


@pytest.fixture(scope="module")
def repeated() -> Catalog:
    """Few different listings, many times over, so that most criteria tie and every facet is used."""
    return _repeated()


@cache
def _repeated() -> Catalog:
    some = random.Random(4).sample(real_catalog().listings, 40)
    return Catalog.from_listings(
        (
            dataclasses.replace(listing, program_id=f"{turn}.{listing.program_id}", institution=f"School {turn % 30}")
            for turn in range(60)
            for listing in some
        ),
        "repeated",
    )


@settings(many, max_examples=60)  # a full sort of six thousand programs takes its time
@given(obj=profile_objects(), k=st.sampled_from([1, 10, 50]), salt=st.binary(max_size=4))
def test_the_best_of_real_programs_are_those_of_a_full_sort(obj: dict[str, Any], k: int, salt: bytes) -> None:
    context = context_of(obj, real_catalog())
    assert best_of(context, within_limits(context)[0], k, salt).places == plainly_best(context, k, salt)


@many
@given(obj=profile_objects(), k=st.sampled_from([1, 10, 50]), salt=st.binary(max_size=4))
def test_the_best_of_many_ties_are_those_of_a_full_sort(
    repeated: Catalog, obj: dict[str, Any], k: int, salt: bytes
) -> None:
    context = context_of(obj, repeated)
    assert best_of(context, within_limits(context)[0], k, salt).places == plainly_best(context, k, salt)


@many
@given(obj=profile_objects(), listings=sized_catalogues())
def test_rows_of_one_code_are_judged_alike(obj: dict[str, Any], listings: list[Listing]) -> None:
    twice = [*listings, *(_renamed(listing) for listing in listings)]
    catalog = Catalog.from_listings(twice, "test")
    context = context_of(obj, catalog)
    assert {c for facet in catalog.facets for c in facet.criteria} == set(Criterion)
    for facet in catalog.facets:
        assert len(facet.rows) <= len(listings)
        for criterion in facet.criteria:
            every, once = (ASSESS[criterion](context, rows).point for rows in (slice(None), facet.rows))
            np.testing.assert_array_equal(every, once[facet.code])


def _renamed(listing: Listing) -> Listing:
    return dataclasses.replace(listing, program_id=f"q{listing.program_id}", institution="Elm")


@many
@given(obj=profile_objects(), wanted=st.sampled_from([1, 10, 64]))
def test_bounds_leave_out_none_of_the_best(repeated: Catalog, obj: dict[str, Any], wanted: int) -> None:
    context = context_of(obj, repeated)
    for rows in (slice(None), np.arange(0, len(repeated), 2)):
        every = np.arange(len(repeated))[rows]
        later = context.eligibility.verdicts_of(every) == Verdict.NOT_YET
        key = Scores(context, every).score + np.where(later, 0.0, FIRST_TIER)
        kept = Bounds.over(context, rows).contenders(wanted).tolist()
        assert set(every[key >= np.sort(key)[-wanted] - SLACK / 2].tolist()) <= set(kept)
        assert kept == sorted(kept)


@many
@given(
    code=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    chosen=st.lists(st.booleans(), min_size=6, max_size=6),
    count=st.integers(1, 50),
)
def test_cells_hold_their_rows(code: list[int], chosen: list[bool], count: int) -> None:
    codes = joint_codes([np.array(code)])
    cells = build_cells(Facet((), codes, first_rows(codes)))
    mask = np.array(chosen)[: len(cells)]
    assert cells.rows_of(mask).tolist() == [row for row, cell in enumerate(codes.tolist()) if mask[cell]]
    bound: Floats = np.array([cell % 3 + 0.5 for cell in range(len(cells))])
    first = cells.foremost(bound, count).tolist()
    assert len(set(first)) == len(first) >= min(count, len(code))
    left = set(range(len(code))) - set(first)
    assert all(bound[codes[row]] <= bound[codes[first]].min() for row in left)


_keys = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.3 + 5e-10, 0.3 + 1e-6, 0.9]), min_size=1, max_size=400)


@many
@given(values=_keys, count=st.integers(1, 12))
def test_contenders_are_the_highest_and_their_near_ties(values: list[float], count: int) -> None:
    key = np.array(values)
    last = sorted(values, reverse=True)[:count][-1]
    assert contenders(key, count).tolist() == [row for row, value in enumerate(values) if value >= last - SLACK]


@many
@given(
    rows=st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=60),
    count=st.integers(1, 70),
)
def test_the_foremost_are_the_first_of_a_sort(rows: list[tuple[bool, int, int]], count: int) -> None:
    columns: list[NDArray[Any]] = [np.array(column) for column in zip(*rows, strict=True)]
    last = sorted(rows)[:count][-1]
    assert sorted(foremost(columns, count).tolist()) == [row for row, key in enumerate(rows) if key <= last]


@many
@given(
    rows=st.lists(
        st.tuples(st.integers(-1, 3), st.sampled_from([0.5, 2.0, float("nan")]), st.integers(0, 2**63)), max_size=40
    )
)
def test_codes_tell_values_apart(rows: list[tuple[int, float, int]]) -> None:
    small, real, wide = (
        np.array([row[index] for row in rows], dtype=kind) for index, kind in enumerate((np.int8, float, np.uint64))
    )
    code = joint_codes([small, real, wide])
    alike = [tuple(map(repr, row)) for row in rows]
    assert len(set(code.tolist())) == len(set(alike)) == len(set(zip(code.tolist(), alike, strict=True)))
    assert [code.tolist().index(value) for value in range(len(set(alike)))] == first_rows(code).tolist()


def test_every_column_that_decides_a_criterion_must_be_there() -> None:
    columns = {name: np.zeros(3, dtype=np.int8) for names in READS.values() for name in names}
    assert [len(facet.rows) for facet in build_facets(columns)] == [1]
    with pytest.raises(KeyError, match="months"):
        build_facets({name: column for name, column in columns.items() if name != "months"})
