"""Laws of the engine, for random profiles on the demo catalogue and on 6,213 real programs.

Catalogues that differ in one way are built once; only the profiles are random.
"""

import dataclasses
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests.factories.real_catalogue import real_listings
from tests.matching.law import TODAY, Judged, dumped, judged, law_of_catalogues
from webapp.domain.credential import Credential
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Ranking, rank
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


def asked(name: str, obj: dict[str, Any], change: str = "as it is") -> Ranking:
    profile = Profile.from_json(obj)
    return rank(profile, catalogue(name, change), DEFAULT_WEIGHTS, today=TODAY, counterfactuals=False)


def best(name: str, obj: dict[str, Any], change: str = "as it is", k: int = 10) -> list[Judged]:
    return judged(obj, catalogue(name, change), k, b"s")


@law_of_catalogues
def test_an_irrelevant_program_changes_no_other_score(name: str, obj: dict[str, Any]) -> None:
    """But for own words: how rare a word is depends on how many listings there are, and says so."""
    obj = {**obj, "goal": {k: v for k, v in obj.get("goal", {}).items() if k not in ("words", "interests")}}
    before, after = best(name, obj), best(name, obj, "with dishes", k=11)
    kept = {match.program_id for match in before} & {match.program_id for match in after}
    assert len(kept) >= len(before) - 1
    one, other = ([m._replace(rank=0) for m in found if m.program_id in kept] for found in (before, after))
    assert one == other


@law_of_catalogues
def test_an_irrelevant_program_hardly_moves_the_weight_of_words(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "goal": {**obj.get("goal", {}), "words": "vision for health, with statistics"}}
    before, after = best(name, obj), best(name, obj, "with dishes", k=11)
    seen = {match.program_id: match.score for match in after}
    for match in before:
        assert abs(seen.get(match.program_id, match.score) - match.score) < 0.002


@law_of_catalogues
def test_fewer_matches_are_the_beginning_of_more(name: str, obj: dict[str, Any]) -> None:
    k = len(json.dumps(obj)) % 15
    assert best(name, obj, k=k) == best(name, obj, k=k + 1)[:k]


@law_of_catalogues
def test_one_step_of_every_priority_changes_nothing(name: str, obj: dict[str, Any]) -> None:
    one, other = (
        asked(name, {**obj, "priorities": dict.fromkeys((c.value for c in Criterion), word)})
        for word in ("nice", "important")
    )
    assert dumped(one).replace('"nice"', '"important"') == dumped(other)


@law_of_catalogues
def test_an_ignored_price_has_no_influence(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "priorities": {**obj.get("priorities", {}), "cost": "ignore"}}
    assert best(name, obj) == best(name, obj, "no prices")


@law_of_catalogues
def test_who_owns_and_accredits_a_school_changes_not_a_byte(name: str, obj: dict[str, Any]) -> None:
    assert dumped(asked(name, obj)) == dumped(asked(name, obj, "other owners"))


@law_of_catalogues
def test_contributions_add_up_and_hard_limits_hold(name: str, obj: dict[str, Any]) -> None:
    obj = {**obj, "priorities": {**obj.get("priorities", {}), "cost": "must", "background": "must", "goal": "must"}}
    profile, held = Profile.from_json(obj), catalogue(name)
    for match in asked(name, obj).matches:
        listing = held.listings[held.row_of[match.program_id]]
        assert abs(sum(match.contributions.values()) - match.score) < 1e-9
        assert match.low - 1e-9 <= match.score <= match.high + 1e-9
        assert match.verdict != "not_yet"
        assert not profile.goal.credentials or listing.credential in profile.goal.credentials
        assert (listing.tuition_total_cents or 0) <= (profile.practical.budget_cents or 10**9) or (
            profile.practical.budget_cents is None
        )
