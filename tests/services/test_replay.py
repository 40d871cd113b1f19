"""A stored submission is ranked again on the catalogue as it was, and comes out byte for byte."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.orm import Session

from tests.cli.test_match_not_for_sale import DEMO
from tests.factories.prepared import prepared, session_in
from tests.factories.ranked_request import rank_and_submit
from tests.services.listing_rows import Cells, import_bytes, import_rows, row
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.domain.listing import Listing
from webapp.models import CatalogVersion, ListingRevision, Match, Submission
from webapp.queries.listing import current_version, edition_of, has_kept, published_listings
from webapp.services.replay import Replay, replay

FULL: dict[str, Any] = {
    "goal": {"occupation": "15-2051", "words": "data in hospitals", "credentials": ["master", "bootcamp"]},
    "background": {"education": "bachelor", "field": "45", "gpa": 3.4},
    "subjects": {"statistics": "one_course", "programming": "self_study", "calculus": "none"},
    "practical": {"state": "CA", "postal_code": "94110", "budget_usd": 12000.5, "months_max": 24},
    "priorities": {"cost": "important", "place": "nice"},
}


def demo(session: Session) -> None:
    import_bytes(session, DEMO.read_bytes(), source="csv:demo")


def published(session: Session) -> list[Listing]:
    return list(published_listings(session))


def as_of(session: Session, version: int) -> list[Listing]:
    return list(edition_of(session, version))


def changes(found: Replay) -> set[tuple[str, str]]:
    return {(each.where, each.what) for each in found.differences}


@pytest.fixture(scope="class")
def with_demo(engine: Engine) -> Iterator[Connection]:
    """The demo, loaded once for the tests of a class."""
    with prepared(engine, demo) as connection:
        yield connection


class TestOnTheDemo:
    @pytest.fixture
    def session(self, with_demo: Connection) -> Iterator[Session]:
        with session_in(with_demo) as made:
            yield made

    def test_a_submission_replays_after_the_catalogue_changed(
        self, session: Session, clock: FrozenClock, links: Links
    ) -> None:
        asked = rank_and_submit(session, clock, links, profile=FULL)
        lines = DEMO.read_text().splitlines()
        changed = "\n".join([lines[0], *(line.replace("2026", "2025") for line in lines[1:-20])])
        report = import_bytes(session, changed.encode(), source="csv:demo")
        assert report.changed > 20
        assert report.withdrawn == 20
        import_rows(session, [row(n, tuition_total_usd="1") for n in range(5)], source="csv:more")

        found = replay(session, asked)
        assert found.reproduced, found.differences
        assert found.digest_agrees is True
        assert len(found.ranking["matches"]) == 10
        assert [(each.of, each.same) for each in found.versions] == [
            ("engine", True),
            ("weights", True),
            ("catalogue", True),
        ]

    def test_without_the_kept_listings_it_would_not(self, session: Session, clock: FrozenClock, links: Links) -> None:
        asked = rank_and_submit(session, clock, links, profile=FULL)
        before = current_version(session)
        import_rows(session, [row(n, tuition_total_usd="1") for n in range(5)], source="csv:more")
        session.execute(update(CatalogVersion).values(changes_kept=False))

        found = replay(session, asked)
        assert not found.reproduced
        [catalogue] = [each for each in found.versions if not each.same]
        versions = int(catalogue.stored), int(catalogue.here)
        assert (catalogue.of, versions) == ("catalogue", (before, current_version(session)))
        assert ("ranking", "considered") in changes(found)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("score", 0.99),
            ("verdict", "eligible"),
            ("coverage", 0.123),
            ("low", 0.0),
            ("contributions", {"goal": 0.5}),
            ("reasons", []),
            ("caveats", [{"code": "made_up"}]),
            ("gaps", [{"rule": "made_up"}]),
        ],
    )
    def test_a_tampered_match_is_found(
        self, session: Session, clock: FrozenClock, links: Links, column: str, value: object
    ) -> None:
        asked = rank_and_submit(session, clock, links, profile=FULL)
        third = select(Match.id).where(Match.submission_id == asked, Match.rank == 3).scalar_subquery()
        session.execute(update(Match).where(Match.id == third).values({column: value}))

        found = replay(session, asked)
        program_id = found.ranking["matches"][2]["program_id"]
        assert not found.reproduced
        assert found.digest_agrees is True  # what was shown is what the engine makes: it is the row that changed
        assert changes(found) == {(program_id, {"low": "interval"}.get(column, column))}

    def test_a_removed_match_is_found(self, session: Session, clock: FrozenClock, links: Links) -> None:
        asked = rank_and_submit(session, clock, links, profile=FULL)
        session.execute(delete(Match).where(Match.submission_id == asked, Match.rank == 10))
        assert ("place 10", "program_id") in changes(replay(session, asked))

    def test_a_tampered_profile_digest_or_version_is_found(
        self, session: Session, clock: FrozenClock, links: Links
    ) -> None:
        for values in (
            {"profile": {**FULL, "practical": {"budget_usd": 90000}}},
            {"ranking_digest": b"another"},
            {"engine_version": "0.9.0"},
            {"weights_version": "older"},
            {"excluded": {"cost": 7}},
        ):
            asked = rank_and_submit(session, clock, links, profile=FULL)
            assert replay(session, asked).reproduced
            session.execute(update(Submission).where(Submission.id == asked).values(values))
            assert not replay(session, asked).reproduced

    def test_the_day_of_the_question_counts_and_not_the_day_of_the_replay(
        self, session: Session, clock: FrozenClock, links: Links
    ) -> None:
        profile = {**FULL, "priorities": {"start": "must"}, "practical": {"start_within_months": 3}}
        asked = rank_and_submit(session, clock, links, profile=profile, day=date(2026, 6, 1))
        clock.advance(timedelta(days=200))
        assert replay(session, asked).reproduced
        session.execute(update(Submission).where(Submission.id == asked).values(ranked_on=date(2026, 11, 1)))
        assert not replay(session, asked).reproduced

    def test_a_submission_older_than_the_columns_is_replayed_from_when_it_was_made(
        self, session: Session, clock: FrozenClock, links: Links
    ) -> None:
        asked = rank_and_submit(session, clock, links, profile=FULL)
        session.execute(
            update(Submission).where(Submission.id == asked).values(ranked_on=None, ranked_k=None, ranking_digest=None)
        )
        found = replay(session, asked)
        assert found.reproduced
        assert found.digest_agrees is None


def test_every_version_can_be_made_whole_again(session: Session) -> None:
    """Added, changed, withdrawn, published again, moved to a renamed school, and a school another source shares."""
    files: list[tuple[str, list[Cells]]] = [
        ("csv", [row(n) for n in range(8)]),
        ("csv:two", [row(20 + n, institution="School 1") for n in range(3)]),
        ("csv", [row(n, name="New name" if n == 2 else f"Program {n}") for n in range(7)]),
        ("csv", [row(n, institution_control="public") for n in range(8)]),
        ("csv", [row(n, institution_control="public", topics="vision;health") for n in range(2, 8)]),
        ("csv", [row(n, institution=f"SCHOOL {n % 3}") for n in range(8)]),
        ("csv", [row(n, institution="School 2") for n in range(8)]),
    ]
    kept: dict[int, list[Listing]] = {}
    for source, rows in files:
        report = import_rows(session, rows, source=source)
        assert report.catalog_version is not None
        kept[report.catalog_version] = published(session)
        import_rows(session, rows, source=source)  # nothing changes
        import_rows(session, rows[:-1], source=source, dry_run=True)
    assert sorted(kept) == list(range(min(kept), min(kept) + len(files)))
    for version, listings in kept.items():
        assert has_kept(session, version)
        assert as_of(session, version) == listings, version
    assert not has_kept(session, max(kept) + 1)


def test_only_what_changed_is_kept_twice(session: Session) -> None:
    import_rows(session, [row(n) for n in range(30)])
    import_rows(session, [row(n, tuition_total_usd="5") if n == 3 else row(n) for n in range(30)])
    assert session.scalar(select(func.count()).select_from(ListingRevision)) == 1


def test_no_such_submission(session: Session) -> None:
    with pytest.raises(NotFound):
        replay(session, uuid4())
