"""Laws of the engine, for random profiles on the demo catalogue and on 6,213 real programs.

Catalogues that differ in one way are built once; only the profiles are random.
"""

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.engine_inputs import seeded_profile_objects as profile_objects
from tests.factories.real_catalogue import real_listings
from tests.matching.law import EXAMPLES, TODAY, dumped, tried
from webapp.domain.credential import Credential
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, Ranking, rank
from webapp.services.catalog_file import read_listing_file

DEMO = Path(__file__).resolve().parents[2] / "webapp/cli/demo/catalog.csv"
DISHES = Listing(
    program_id="zz-dishes",
    institution="A kitchen",
    name="Washing dishes",
    credential=Credential.BOOTCAMP,
    cip="12.0505",
    tuition_total_cents=99_999_999,
)
"""A program that leads to none of the jobs, whose words nobody uses."""

Change = Callable[[list[Listing]], list[Listing]]
CHANGES: dict[str, Change] = {
    "as it is": lambda listings: listings,
    "with dishes": lambda listings: [*listings, DISHES],
    "other owners": lambda listings: [
        dataclasses.replace(each, institution_control=None, title_iv=None, url=None, accreditor=None)
        for each in listings
    ],
    "no prices": lambda listings: [
        dataclasses.replace(each, tuition_total_cents=None, tuition_basis=None) for each in listings
    ],
}


@cache
def listings_of(name: str) -> list[Listing]:
    if name == "real":
        return list(real_listings())
    with DEMO.open("rb") as stream:
        return [row.listing for row in read_listing_file(stream) if row.listing is not None]


@cache
def catalogue(name: str, change: str = "as it is") -> Catalog:
    return Catalog.from_listings(CHANGES[change](listings_of(name)), name)


def ranked(name: str, obj: dict[str, Any], change: str = "as it is", k: int = 10, **options: Any) -> Ranking:
    profile = Profile.from_json(obj)
    return rank(profile, catalogue(name, change), DEFAULT_WEIGHTS, k, today=TODAY, counterfactuals=False, **options)


def judged(match: Match) -> tuple[object, ...]:
    return match.program_id, match.score, match.low, match.high, match.coverage, match.band, match.verdict


both = pytest.mark.parametrize("name", ["demo", "real"])
law = tried(max(1, EXAMPLES // 2))  # on each of the two


@both
@law
@given(obj=profile_objects())
def test_an_irrelevant_program_changes_no_other_score(name: str, obj: dict[str, Any]) -> None:
    """But for own words: how rare a word is depends on how many listings there are, and says so."""
    obj = {**obj, "goal": {k: v for k, v in obj.get("goal", {}).items() if k not in ("words", "interests")}}
    before, after = ranked(name, obj), ranked(name, obj, "with dishes", k=11)
    kept = {match.program_id for match in before.matches} & {match.program_id for match in after.matches}
    assert len(kept) >= len(before.matches) - 1
    one, other = ([judged(m) for m in ranking.matches if m.program_id in kept] for ranking in (before, after))
    assert one == other


@both
@law
@given(obj=profile_objects())
def test_an_irrelevant_program_hardly_moves_the_weight_of_words(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "goal": {**obj.get("goal", {}), "words": "vision for health, with statistics"}}
    before, after = ranked(name, obj), ranked(name, obj, "with dishes", k=11)
    seen = {match.program_id: match.score for match in after.matches}
    for match in before.matches:
        assert abs(seen.get(match.program_id, match.score) - match.score) < 0.002


@both
@law
@given(obj=profile_objects(), k=st.integers(0, 14))
def test_fewer_matches_are_the_beginning_of_more(name: str, obj: dict[str, Any], k: int) -> None:
    fewer, more = ranked(name, obj, k=k, salt=b"s"), ranked(name, obj, k=k + 1, salt=b"s")
    assert [judged(match) for match in fewer.matches] == [judged(match) for match in more.matches[:k]]


@both
@law
@given(obj=profile_objects())
def test_one_step_of_every_priority_changes_nothing(name: str, obj: dict[str, Any]) -> None:
    one, other = (
        ranked(name, {**obj, "priorities": dict.fromkeys((c.value for c in Criterion), word)})
        for word in ("nice", "important")
    )
    assert dumped(one).replace('"nice"', '"important"') == dumped(other)


@both
@law
@given(obj=profile_objects())
def test_an_ignored_price_has_no_influence(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "priorities": {**obj.get("priorities", {}), "cost": "ignore"}}
    assert [judged(match) for match in ranked(name, obj).matches] == [
        judged(match) for match in ranked(name, obj, "no prices").matches
    ]


@both
@law
@given(obj=profile_objects())
def test_who_owns_and_accredits_a_school_changes_not_a_byte(name: str, obj: dict[str, Any]) -> None:
    assert dumped(ranked(name, obj)) == dumped(ranked(name, obj, "other owners"))


@both
@law
@given(obj=profile_objects())
def test_contributions_add_up_and_hard_limits_hold(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "priorities": {**obj.get("priorities", {}), "cost": "must", "background": "must", "goal": "must"}}
    profile, held = Profile.from_json(obj), catalogue(name)
    for match in ranked(name, obj).matches:
        listing = held.listings[held.row_of[match.program_id]]
        assert abs(sum(match.contributions.values()) - match.score) < 1e-9
        assert match.low - 1e-9 <= match.score <= match.high + 1e-9
        assert match.verdict != "not_yet"
        assert not profile.goal.credentials or listing.credential in profile.goal.credentials
        assert (listing.tuition_total_cents or 0) <= (profile.practical.budget_cents or 10**9) or (
            profile.practical.budget_cents is None
        )
