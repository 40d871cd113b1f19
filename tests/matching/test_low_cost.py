"""The rule on one low-cost option among ten, on a list small enough to see through."""

from datetime import date
from typing import Any

import pytest

from webapp.domain.listing import Listing
from webapp.domain.listing_row import parse_row
from webapp.domain.profile import Profile
from webapp.domain.wording import caveat_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, rank

GOAL: dict[str, Any] = {"goal": {"credentials": ["master"]}}


def listing(number: int, price: str, **cells: str) -> Listing:
    row = {
        "program_id": f"p{number:02d}",
        "institution": f"School {number}",
        "name": "A degree",
        "credential": "master",
        "cip": "30.7001",
        "tuition_total_usd": price,
        "source": "a website",
        "verified_on": f"2026-10-{28 - number:02d}",
    }
    return parse_row(row | cells)


def ranked(listings: list[Listing], asked: dict[str, Any], k: int = 20) -> list[Match]:
    catalog = Catalog.from_listings(listings, "test")
    return list(rank(Profile.from_json(asked), catalog, DEFAULT_WEIGHTS, k, today=date(2026, 11, 22)).matches)


ONLINE = {"modality": "online", "states_authorized": "ALL"}
DEAR = [listing(number, "14000", start_terms="rolling", **ONLINE) for number in range(12)]
CHEAP = listing(12, "9000", **ONLINE)


def moves(match: Match) -> dict[str, int]:
    return {
        caveat.code: caveat.fact["places"]
        for caveat in match.caveats
        if caveat.code.startswith("low_cost") and caveat.fact is not None
    }


SOON = {**GOAL, "practical": {"state": "CA", "start_within_months": 2}}


def test_the_best_cheap_program_takes_the_tenth_place_and_says_so() -> None:
    matches = ranked([*DEAR, CHEAP], SOON)
    assert [match.program_id for match in matches][8:] == ["p08", "p12", "p09", "p10", "p11"]
    assert [moves(match) for match in matches[9:]] == [{"low_cost_up": 3}, *[{"low_cost_down": 1}] * 3]
    up = next(caveat for caveat in matches[9].caveats if caveat.code == "low_cost_up").to_json()
    assert caveat_sentence(up).startswith("Moved up 3 places: we show one low-cost option")
    assert [m.program_id for m in ranked([*DEAR, CHEAP], SOON, k=9)] == [m.program_id for m in matches[:9]]


@pytest.mark.parametrize(
    ("cells", "asked"),
    [
        ({}, {**SOON, "priorities": {"cost": "ignore"}}),
        ({"price": "10001"}, SOON),
        ({"cip": "54.0101"}, {**SOON, "goal": {"occupation": "15-2051"}}),
        ({"min_education": "doctorate"}, {**SOON, "background": {"education": "bachelor"}}),
        ({"credential": "bootcamp"}, {**SOON, "priorities": {"goal": "must"}}),
        ({"modality": "on_campus", "state": "OH", "country": "US"}, SOON),
    ],
    ids=["price ignored", "not cheap", "no good match", "not yet open", "beyond a limit", "out of the way"],
)
def test_nothing_else_is_lifted_for_its_price(cells: dict[str, str], asked: dict[str, Any]) -> None:
    other = listing(12, **{"price": "9000", **ONLINE, **cells})
    matches = ranked([*DEAR, other], asked)
    assert "p12" not in [match.program_id for match in matches[:10]]
    assert not any(moves(match) for match in matches)


def test_where_one_of_the_ten_is_cheap_nothing_moves() -> None:
    matches = ranked([*DEAR, CHEAP, listing(13, "0", start_terms="rolling", **ONLINE)], SOON)
    assert not any(moves(match) for match in matches)
