"""The words, and the chain that shows when one was touched."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.consent import (
    GENESIS,
    ChainEnd,
    ConsentKind,
    ConsentPurpose,
    ConsentRecord,
    first_fault,
    join_words,
)
from webapp.domain.ids import new_id


def chain(length: int) -> list[tuple[ConsentRecord, bytes]]:
    links = []
    digest = GENESIS
    for sequence in range(1, length + 1):
        record = ConsentRecord(
            record_id=new_id(),
            sequence=sequence,
            prospect_key=b"k" * 32,
            kind=ConsentKind.GIVEN,
            purpose=ConsentPurpose.INTRODUCTION,
            legal_entity=f"School {sequence}, Inc.",
            program_id=f"p{sequence}",
            channels=("email",),
            text_version="1",
            text="I agree.",
            page="/results",
            at=datetime(2026, 11, 22, 12, 0, sequence, tzinfo=UTC),
        )
        digest = record.digest(digest)
        links.append((record, digest))
    return links


def end_of(links: list[tuple[ConsentRecord, bytes]]) -> ChainEnd:
    return ChainEnd(len(links), links[-1][1] if links else GENESIS)


def named(links: list[tuple[ConsentRecord, bytes]], end: ChainEnd) -> tuple[int, UUID | None] | None:
    fault = first_fault(links, end)
    return None if fault is None else (fault.sequence, fault.record_id)


@given(st.integers(0, 12))
def test_an_untouched_chain_holds(length: int) -> None:
    links = chain(length)
    assert first_fault(links, end_of(links)) is None


@given(
    st.integers(2, 8),
    st.data(),
    st.sampled_from(
        [
            {"text": "I agree to all."},
            {"legal_entity": "Other, Inc."},
            {"channels": ("email", "phone")},
            {"at": datetime(2020, 1, 1, tzinfo=UTC)},
            {"kind": ConsentKind.WITHDRAWN},
            {"page": "/elsewhere"},
            {"text_version": "0"},
            {"prospect_key": b"x" * 32},
            {"contact_preferences": {"max_attempts": 50}},
        ]
    ),
)
def test_any_edit_is_found_where_it_was_made(length: int, data: st.DataObject, edit: dict[str, object]) -> None:
    links = chain(length)
    end = end_of(links)
    place = data.draw(st.integers(0, length - 1))
    record, digest = links[place]
    links[place] = (replace(record, **edit), digest)  # type: ignore[arg-type]  # names are checked at run time
    assert named(links, end) == (place + 1, record.record_id)


@given(st.integers(1, 8), st.data())
def test_a_missing_record_is_found_at_its_place(length: int, data: st.DataObject) -> None:
    links = chain(length)
    end = end_of(links)
    place = data.draw(st.integers(0, length - 1))
    del links[place]
    assert named(links, end) == (place + 1, None)


@given(st.integers(1, 8), st.data())
def test_a_record_that_was_moved_is_named_itself(length: int, data: st.DataObject) -> None:
    links = chain(length)
    end = end_of(links)
    place = data.draw(st.integers(0, length - 1))
    record, digest = links.pop(place)
    elsewhere = data.draw(st.integers(-5, 20).filter(lambda number: not 1 <= number <= length))
    links = sorted([*links, (replace(record, sequence=elsewhere), digest)], key=lambda link: link[0].sequence)
    assert named(links, end) == (elsewhere, record.record_id)


def test_a_chain_that_was_written_anew_to_another_end_is_found() -> None:
    links, others = chain(3), chain(3)
    assert named(others, end_of(links)) == (3, others[-1][0].record_id)
    assert named(links, end_of(links[:2])) == (3, links[2][0].record_id)


def test_records_older_than_preferences_keep_their_digests() -> None:
    old = ConsentRecord(
        record_id=UUID(int=1),
        sequence=1,
        prospect_key=b"k" * 32,
        kind=ConsentKind.GIVEN,
        purpose=ConsentPurpose.INTRODUCTION,
        legal_entity="School, Inc.",
        program_id="p",
        channels=("email",),
        text_version="1",
        text="I agree.",
        page="/results",
        at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )
    assert old.digest(GENESIS).hex() == "406f449bc9d291625e44814a1b7fbab15def0167929a5a392cb3bb77a8f805b1"
    bound = replace(old, contact_preferences={"language": "en", "max_attempts": 3})
    turned = replace(old, contact_preferences={"max_attempts": 3, "language": "en"})
    assert bound.digest(GENESIS) == turned.digest(GENESIS) != old.digest(GENESIS)


def test_words_are_joined_as_in_speech() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
