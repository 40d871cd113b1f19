"""Reasons are faithful: without the fact that is cited, the criterion is worth less."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from hypothesis import given

from tests.factories.engine_inputs import WORDS, catalogues, profile_objects
from tests.matching.law import altered, by_id, judged, often
from webapp.domain.credential import Credential
from webapp.domain.listing import Listing, attribute_of
from webapp.domain.profile import Profile
from webapp.domain.topic import mentions
from webapp.domain.word import stem, tokens
from webapp.domain.wording import reason_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, rank
from webapp.matching.statement import Statement

law = often()
LIBRARY = "library"
"""A listing that holds every word, so that a word taken out of another is still known to the catalogue."""


def matches(obj: dict[str, Any], listings: list[Listing]) -> dict[str, Match]:
    catalog = Catalog.from_listings(listings, "test")
    today = date(2026, 11, 22)
    found = rank(Profile.from_json(obj), catalog, DEFAULT_WEIGHTS, 50, today=today, counterfactuals=False)
    return {match.program_id: match for match in found.matches}


def without(listing: Listing, reason: Statement) -> Iterator[Listing]:
    """The listing with the cited fact taken away; where a listing must have one, with each of no more use."""
    assert reason.fact is not None
    column = reason.fact["column"]
    if column == "credential":
        yield from (altered(listing, {"credential": item}) for item in Credential if item is not listing.credential)
    elif column == "cip":
        yield altered(listing, {"cip": "24.0101"})
    elif "words" in reason.fact:
        yield _unsaid(listing, reason.fact["words"])
    elif column in ("latitude", "state"):
        yield altered(listing, {"latitude": None, "longitude": None, "state": None})
    else:
        name = attribute_of(column)
        yield altered(listing, {name: () if isinstance(getattr(listing, name), tuple) else None})


def _unsaid(listing: Listing, said: list[str]) -> Listing:
    """The listing without these words, and without any others that mean the same topics."""
    meant = {mention.topic for words in said for mention in mentions(words)[0]}
    stems = {stem(word) for words in said for word in tokens(words)}

    def scrub(text: str) -> str:
        gone = {word for mention in mentions(text)[0] if mention.topic in meant for word in mention.words}
        kept = [token for token in tokens(text) if token not in gone and stem(token) not in stems]
        return " ".join(kept) or "-"

    topics = tuple(scrub(topic) for topic in listing.topics)
    summary = None if listing.summary is None else scrub(listing.summary)
    return altered(listing, {"name": scrub(listing.name), "topics": topics, "summary": summary})


def worth(obj: dict[str, Any], listings: list[Listing], program_id: str, reason: Statement) -> float:
    assert reason.criterion is not None
    match = by_id(judged(obj, Catalog.from_listings(listings, "test"), 50))[program_id]
    return match.contributions[reason.criterion]


@law
@given(profile_objects(), catalogues(least=1, most=2))
def test_taking_the_cited_fact_away_lowers_its_criterion(obj: dict[str, Any], listings: list[Listing]) -> None:
    obj = {**obj, "priorities": {k: v for k, v in obj.get("priorities", {}).items() if v != "must"}}
    library = altered(listings[0], {"program_id": LIBRARY, "name": " ".join(WORDS)})
    listing, others = listings[0], [*listings[1:], library]
    match = matches(obj, [listing, *others])[listing.program_id]
    for reason in match.reasons:
        if reason.kind != "support":
            continue
        less = [worth(obj, [changed, *others], listing.program_id, reason) for changed in without(listing, reason)]
        assert reason.criterion is not None
        assert min(less) < match.contributions[reason.criterion] - 1e-12, reason.to_json()


@law
@given(profile_objects(), catalogues(least=1, most=4))
def test_support_and_facts_are_told_apart(obj: dict[str, Any], listings: list[Listing]) -> None:
    stated = Profile.from_json(obj).stated()
    for match in matches(obj, listings).values():
        for reason in match.to_json()["reasons"]:
            assert reason["student"]["value"] == stated[reason["student"]["path"]]
            assert (reason["kind"] == "fact") == (reason["code"] == "on_record") == (reason["criterion"] is None)
            assert ("beside that" in reason_sentence(reason)) == (reason["kind"] == "fact")
