"""The results page as the server makes it, from the request to the last byte, beside the ranking alone.

Both catalogues go through the whole application on an embedded PostgreSQL: the demo as it is published, and the 6,213
real programs as the snapshot (their rows are not in the tables, which costs the page's two look-ups the same). Every
round asks for another student's page. Wall time is what a student waits for; beside it stands the time of the
processor in this thread, which a busy machine disturbs less (PostgreSQL's part, under a millisecond, is not in it). The
trial of a change is what the script of the page asks for at every movement in the panel.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from flask.testing import FlaskClient
from pydantic import SecretStr

from benchmarks.table import opened, percentile, print_table
from tests.factories.real_catalogue import real_catalog
from tests.student.person import ANSWERS, Person, Values
from webapp.app import create_app
from webapp.bootstrap import Runtime, build_runtime, replace_parts
from webapp.domain.clock import SystemClock
from webapp.embedded import running_servers
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.services.demo import load
from webapp.services.snapshot import Snapshot
from webapp.settings import Settings
from webapp.student.answers import profile_of
from webapp.upgrade import upgrade_database

ROUNDS, WARM_UP = 60, 5
AIMS = {"demo": 50.0, "real": 120.0}
STUDENTS: tuple[dict[str, Values], ...] = tuple(
    {
        **ANSWERS,
        "goal": {**ANSWERS["goal"], "occupation": occupation},
        "priorities": {**ANSWERS["priorities"], **priorities},
    }
    for occupation in ("15-2051", "15-1252", "15-1221", "15-2041")
    for priorities in ({}, {"goal": "must", "cost": "must"}, {"place": "must", "interests": "important"})
)


def main() -> None:
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        with _application(servers.database_url) as built:
            for name, catalog in (("demo", None), ("real", real_catalog())):
                rows += measure(name, built if catalog is None else _on(built, catalog))
    print_table(
        f"The results page, {ROUNDS} rounds over {len(STUDENTS)} students, ms; ratio to the ranking (processor p50)",
        ["catalogue", "programs", "what", "wall p50", "wall p95", "processor p50", "processor p95", "aim p95", "ratio"],
        rows,
    )


def measure(name: str, built: Runtime) -> Iterator[list[str]]:
    """A row each for the ranking, the page and a trial."""
    catalog = built.snapshot.current()
    app = create_app(built.settings, runtime=built)
    people = [Person(app.test_client()) for _ in STUDENTS]
    pages = [person.finish(answers) for person, answers in zip(people, STUDENTS, strict=True)]
    with app.app_context():
        profiles = [profile_of(answers) for answers in STUDENTS]
    bodies = [
        _trial(person.client, page, answers) for person, page, answers in zip(people, pages, STUDENTS, strict=True)
    ]

    def ranking(which: int) -> None:
        rank(profiles[which], catalog, DEFAULT_WEIGHTS, 10).to_json()

    def page(which: int) -> None:
        answer = people[which].client.get(pages[which], headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200

    def trial(which: int) -> None:
        answer = people[which].client.post(f"{pages[which]}/try", data=bodies[which])
        assert answer.status_code == 200

    times = {what.__name__: _timed(what) for what in (ranking, page, trial)}
    base = percentile(times["ranking"][1], 50)
    for what, (wall, processor) in times.items():
        aim = "" if what == "ranking" else f"{AIMS[name]:.0f}"
        told = [f"{percentile(samples, each):.1f}" for samples in (wall, processor) for each in (50, 95)]
        yield [name, f"{len(catalog):,}", what, *told, aim, f"{percentile(processor, 50) / base:.1f}"]


def _timed(work: Callable[[int], None]) -> tuple[list[float], list[float]]:
    """Milliseconds of each round: on the wall, and of the processor."""
    wall, processor = [], []
    for number in range(WARM_UP + ROUNDS):
        started, used = time.perf_counter(), time.thread_time()
        work(number % len(STUDENTS))
        wall.append((time.perf_counter() - started) * 1e3)
        processor.append((time.thread_time() - used) * 1e3)
    return wall[WARM_UP:], processor[WARM_UP:]


def _trial(client: FlaskClient, page: str, answers: dict[str, Values]) -> dict[str, str | list[str]]:
    """What the script of the page posts after the budget was changed."""
    shown = Person(client).open(page)
    limits = {name: answers["practicalities"][name] for name in ("months_max", "hours_per_week", "radius_km")}
    return {
        **limits,
        "modalities": answers["practicalities"]["modalities"],
        **answers["priorities"],
        "budget_usd": "24,000",
        "fragment": "y",
        "csrf_token": shown.hidden("csrf_token"),
    }


def _on(built: Runtime, catalog: Catalog) -> Runtime:
    held = Snapshot(built.begin, version_of=lambda _: 1, load=lambda _session, _version: catalog)
    return replace_parts(built, snapshot=held)


@contextmanager
def _application(database_url: str) -> Iterator[Runtime]:
    settings = Settings(
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key=SecretStr("a secret for benchmarks, long enough"),
        base_url="http://localhost",
        var_dir=Path("var"),
        rate_limits=False,
    )
    built = build_runtime(settings)
    demo = files("webapp.cli").joinpath("demo")
    with built.begin() as session:
        load(
            session,
            SystemClock(),
            built.seal,
            catalog=BytesIO(demo.joinpath("catalog.csv").read_bytes()),
            partners=BytesIO(demo.joinpath("partners.csv").read_bytes()),
            endpoint_url=lambda slug: f"http://127.0.0.1:9/{slug}",
        )
    yield built
    built.engine.dispose()


if __name__ == "__main__":
    main()
