"""Reasons are faithful: without the fact that is cited, the criterion is worth less."""

from collections.abc import Iterator

from tests.factories.engine_inputs import WORDS
from tests.matching.law import Case, altered, by_id, law_from
from webapp.domain.credential import Credential
from webapp.domain.listing import Listing, attribute_of
from webapp.domain.profile import Profile
from webapp.domain.topic import mentions
from webapp.domain.word import stem, tokens
from webapp.domain.wording import reason_sentence
from webapp.matching.statement import Statement

LIBRARY = "library"
"""A listing that holds every word, so that a word taken out of another is still known to the catalogue."""


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


@law_from(1)
def test_taking_the_cited_fact_away_lowers_its_criterion(case: Case) -> None:
    """Of one program beside another or none, and the library; each of three programs of a world in its turn."""
    obj = {**case.obj, "priorities": {k: v for k, v in case.obj.get("priorities", {}).items() if v != "must"}}
    place = case.index % min(3, len(case.listings))
    listing, others = case.listings[place], case.listings[place + 1 : place + 2]
    others = [*others, altered(listing, {"program_id": LIBRARY, "name": " ".join(WORDS)})]
    catalog = case.changed(f"library of {place}", lambda _: [listing, *others])
    match = by_id(case.asked(obj, catalog).matches)[listing.program_id]
    for reason in match.reasons:
        if reason.kind != "support":
            continue
        assert reason.criterion is not None
        assert reason.fact is not None
        cited = f"{place} without {reason.fact['column']} {reason.fact.get('words')}"
        poorer = (
            case.changed(f"{cited} {number}", lambda _, changed=changed: [changed, *others])  # type: ignore[misc]
            for number, changed in enumerate(without(listing, reason))
        )
        least = match.contributions[reason.criterion] - 1e-12
        assert any(
            by_id(case.judged(obj, catalog))[listing.program_id].contributions[reason.criterion] < least
            for catalog in poorer
        ), reason.to_json()


@law_from(1)
def test_support_and_facts_are_told_apart(case: Case) -> None:
    stated = Profile.from_json(case.obj).stated()
    for match in case.asked().matches:
        for reason in match.to_json()["reasons"]:
            assert reason["student"]["value"] == stated[reason["student"]["path"]]
            assert (reason["kind"] == "fact") == (reason["code"] == "on_record") == (reason["criterion"] is None)
            assert ("beside that" in reason_sentence(reason)) == (reason["kind"] == "fact")
