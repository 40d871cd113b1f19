"""The catalogue in memory follows what is published, and nobody waits for it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tests.factories.prepared import prepared, session_in
from tests.matching.test_real_catalogue import PERSONAS
from tests.services.test_demo import load_demo
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.queries.listing import catalog_of, current_version, edition_of
from webapp.services import snapshot
from webapp.services.snapshot import Snapshot


class Publisher:
    """Publishes versions whose loading can be held up or fail."""

    def __init__(self) -> None:
        self.version, self.fails, self.loads = 1, False, 0
        self.ready = threading.Event()
        self.ready.set()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        yield Session()

    def version_of(self, _session: Session) -> int:
        return self.version

    def load(self, _session: Session, version: int) -> Catalog:
        self.loads += 1
        assert self.ready.wait(30)
        if self.fails:
            raise OSError("the database went away")
        return Catalog.from_listings([], str(version))

    def snapshot(self) -> Snapshot:
        return Snapshot(self.begin, version_of=self.version_of, load=self.load)


@pytest.fixture(autouse=True)
def always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "RECHECK_SECONDS", 0.0)
    monkeypatch.setattr(snapshot, "PATIENCE_SECONDS", 0.0)


def version_within(held: Snapshot, version: str, seconds: float = 20.0) -> str:
    end = time.monotonic() + seconds
    while (found := held.current().version) != version and time.monotonic() < end:
        time.sleep(0.005)
    return found


def test_a_new_version_is_taken_up() -> None:
    published = Publisher()
    held = published.snapshot()
    assert held.current().version == "1"
    assert held.current() is held.current()
    published.version = 2
    assert version_within(held, "2") == "2"
    assert published.loads == 2


def test_readers_go_on_while_a_version_is_built_by_one_thread() -> None:
    published = Publisher()
    held = published.snapshot()
    first = held.current()
    published.version = 2
    published.ready.clear()
    try:
        assert [held.current() for _ in range(50)] == [first] * 50
        assert published.loads == 2
    finally:
        published.ready.set()
    assert version_within(held, "2") == "2"
    assert published.loads == 2


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_and_is_tried_again() -> None:
    published = Publisher()
    held = published.snapshot()
    first = held.current()
    published.version, published.fails = 2, True
    assert held.current() is first
    while published.loads < 3:
        assert held.current() is first
        time.sleep(0.005)
    published.fails = False
    assert version_within(held, "2") == "2"


def test_the_first_catalogue_is_built_once_however_many_ask() -> None:
    published = Publisher()
    held = published.snapshot()
    published.ready.clear()
    found: list[Catalog] = []
    askers = [threading.Thread(target=lambda: found.append(held.current())) for _ in range(8)]
    for asker in askers:
        asker.start()
    published.ready.set()
    for asker in askers:
        asker.join(30)
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert published.loads == 1


@pytest.fixture(scope="class")
def with_demo(engine: Engine) -> Iterator[Connection]:
    """The demo, loaded once for the tests of a class."""
    with prepared(engine, load_demo) as connection:
        yield connection


class TestOnTheDemo:
    @pytest.fixture
    def session(self, with_demo: Connection) -> Iterator[Session]:
        with session_in(with_demo) as made:
            yield made

    @pytest.mark.parametrize("persona", PERSONAS)
    def test_ranking_by_columns_of_the_database_is_ranking_its_listings(self, session: Session, persona: str) -> None:
        version = current_version(session)
        loaded, made = catalog_of(session, version), Catalog.from_listings(edition_of(session, version), str(version))
        profile = Profile.from_json(PERSONAS[persona])
        by_columns, by_listings = (
            json.dumps(rank(profile, catalog, DEFAULT_WEIGHTS, 25).to_json()) for catalog in (loaded, made)
        )
        assert by_columns == by_listings

    def test_an_edition_makes_a_listing_once_and_reads_like_a_list(self, session: Session) -> None:
        edition = edition_of(session, current_version(session))
        assert edition[0] is edition[0]
        assert edition[-1] is edition[len(edition) - 1]
        assert edition[1:3] == [edition[1], edition[2]]
        assert [listing.program_id for listing in edition] == sorted(edition.facts()["program_id"])
        with pytest.raises(IndexError):
            edition[len(edition)]


def test_an_empty_edition(session: Session) -> None:
    assert len(catalog_of(session, current_version(session))) == 0
