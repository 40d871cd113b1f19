"""The import centre's way from a file to the catalogue: columns named, checked, published and undone by a worker."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, func, select, text, update

from tests.factories.stage import Stage
from tests.services.listing_rows import csv_of, row
from webapp.domain.clock import FrozenClock
from webapp.domain.column_mapping import ColumnMapping
from webapp.domain.errors import InvalidTransition, Refused
from webapp.domain.events import EventKind
from webapp.domain.import_job import KEPT, MOST_TRIES, ImportJobStatus
from webapp.gateways.fakes import FakeMail, FakeWebhook
from webapp.models import AuditEntry, ImportFilePart, ImportJob, OutboxEvent, Program
from webapp.queries.catalog import export_listings
from webapp.queries.due import due_imports
from webapp.queries.import_job import ImportJobDetail, get_import_job, get_import_paper, list_open_imports
from webapp.services import import_job, import_paper, import_work
from webapp.services.catalog_file import write_listing_file
from webapp.services.import_work import LEASE, LeaseLost

S = ImportJobStatus


@pytest.fixture(scope="module")
def database(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Engine]:
    """A database of this file's own: everything commits."""
    with make_database() as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def stage(database: Engine) -> Stage:
    """An empty catalogue and an hour in which nothing happens by itself."""
    with database.begin() as connection:
        connection.execute(text("TRUNCATE import_jobs, catalog_imports, programs, institutions, outbox_events CASCADE"))
        connection.execute(text("TRUNCATE import_mappings, listing_revisions, catalog_versions CASCADE"))
    return Stage(database, FrozenClock(datetime(2026, 11, 28, 9, tzinfo=UTC)), FakeWebhook(), FakeMail())


class Centre:
    """Staff and one worker, in a few words."""

    def __init__(self, stage: Stage) -> None:
        self.begin, self.clock = stage.begin, stage.clock

    def send(self, data: bytes, source: str = "csv", **more: Any) -> UUID:
        with self.begin() as session:
            return import_job.receive(
                session,
                self.clock,
                {"file": io.BytesIO(data)},
                source=source,
                filename="t.csv",
                staff_id=None,
                actor="ada@staff.example",
                **more,
            )

    def do(self, act: Any, *args: Any) -> Any:
        with self.begin() as session:
            return act(session, self.clock, *args)

    def work(self, job_id: UUID) -> ImportJobDetail:
        import_work.run(self.begin, self.clock, job_id)
        return self.see(job_id)

    def see(self, job_id: UUID) -> ImportJobDetail:
        with self.begin() as session:
            return get_import_job(session, job_id)

    def paper(self, job_id: UUID, name: str) -> list[list[str]]:
        with self.begin() as session:
            text = import_paper.unpack(get_import_paper(session, job_id, name)).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def exported(self) -> str:
        out = io.StringIO()
        with self.begin() as session:
            write_listing_file(export_listings(session), out)
        return out.getvalue()

    def publish(self, data: bytes, source: str = "csv") -> ImportJobDetail:
        job_id = self.send(data, source)
        self.work(job_id)
        self.do(import_job.start_apply, job_id)
        return self.work(job_id)


NUMBERS = ("rows_read", "added", "changed", "withdrawn", "unchanged", "refused", "faults", "changes", "columns_changed")
OTHER_NAMES = {
    "program_id": "Our mark",
    "institution": "School",
    "name": "Program name",
    "credential": "Kind",
    "cip": "CIP code",
}


def own_names(rows: list[dict[str, str]]) -> bytes:
    return csv_of([{OTHER_NAMES.get(name, name.title()): value for name, value in each.items()} for each in rows])


def test_a_file_of_other_columns_is_mapped_checked_published_undone_and_remembered(stage: Stage) -> None:
    centre = Centre(stage)
    centre.publish(csv_of([row(n) for n in range(4)]))
    before = centre.exported()
    rows = [row(n, name=f"New {n}") for n in range(1, 6)] + [row(7, cip="nothing")]
    job_id = centre.send(own_names(rows))
    waiting = centre.see(job_id)
    assert waiting.status is S.MAPPING
    assert waiting.sample[0][:3] == ("p-1", "School 1", "New 1")
    guessed = {
        "School": "institution",
        "Program name": "name",
        "CIP code": "cip",
        "Tuition_Total_Usd": "tuition_total_usd",
    }
    assert waiting.mapping.columns == guessed
    for broken in (
        {},
        guessed,
        {**guessed, "Our mark": "name"},
        {**guessed, "Our mark": "price"},
        {**guessed, "X": "url"},
    ):
        with pytest.raises(Refused):
            centre.do(import_job.choose_columns, job_id, ColumnMapping(broken))
    chosen = ColumnMapping({**guessed, "Our mark": "program_id"}, {"credential": "master"})
    centre.do(import_job.choose_columns, job_id, chosen)
    checked = centre.work(job_id)
    assert checked.status is S.CHECKED
    assert checked.report is not None
    assert [checked.report[name] for name in NUMBERS[:6]] == [6, 2, 3, 1, 0, 1]
    assert checked.report["columns_changed"] == {"name": 3}
    assert centre.exported() == before
    told = centre.paper(job_id, "rejects")
    assert told[1] == ["7", "p-7", "cip", "CIP code", "nothing", "is not a CIP code",
                       "write two digits, a point and four digits, such as 11.0102"]  # fmt: skip
    assert ["p-1", "New 1", "School 1", "changed", "name", "Program 1", "New 1"] in centre.paper(job_id, "differences")
    centre.do(lambda s, c: import_job.start_apply(s, c, job_id, staff_id=None, actor="eve@staff.example"))
    done = centre.work(job_id)
    assert done.status is S.APPLIED
    assert done.report is not None
    assert {name: done.report[name] for name in NUMBERS} == {name: checked.report[name] for name in NUMBERS}
    assert done.import_id is not None
    again = centre.send(own_names(rows))
    assert centre.see(again).status is S.CHECKING
    assert centre.work(again).report["unchanged"] == 5  # type: ignore[index]
    centre.do(lambda s, c: import_job.start_undo(s, c, done.import_id, staff_id=None, actor="bob@staff.example"))
    undone = centre.work(job_id)
    assert (undone.status, undone.undone_by) == (S.UNDONE, "bob@staff.example")
    assert centre.exported() == before
    with centre.begin() as session:
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.at, AuditEntry.id)
        ).all()
        assert [tuple(entry) for entry in entries] == [
            ("imported", "ada@staff.example"), ("imported", "eve@staff.example"), ("undone", "bob@staff.example"),
        ]  # fmt: skip


def test_an_export_comes_back_as_no_change_and_there_is_nothing_to_publish(stage: Stage) -> None:
    centre = Centre(stage)
    centre.publish(csv_of([row(n, summary='=1+1, "x" ü', tuition_total_usd="10.50") for n in range(5)]))
    job_id = centre.send(centre.exported().encode())
    checked = centre.work(job_id)
    assert checked.report is not None
    assert (checked.report["unchanged"], checked.report["added"]) == (5, 0)
    with pytest.raises(Refused):
        centre.do(import_job.start_apply, job_id)


def test_institutions_of_other_names_are_suggested_chosen_and_remembered(stage: Stage) -> None:
    centre = Centre(stage)
    centre.publish(csv_of([row(n, institution="University of North Larkspur") for n in range(2)]), "one")
    rows = csv_of([row(n, institution="Univ. of N. Larkspur") for n in range(5, 8)] + [row(9, institution="Elsewhere")])
    job_id = centre.send(rows, "two")
    report = centre.work(job_id).report
    assert report is not None
    assert report["new_institutions_total"] == 2
    found = report["new_institutions"][0]
    assert (found["name"], found["listings"]) == ("Univ. of N. Larkspur", 3)
    assert found["like"] == [{"key": "name:university of north larkspur", "name": "University of North Larkspur"}]
    centre.do(import_job.choose_institutions, job_id, {found["key"]: found["like"][0]["key"]})
    assert [each["name"] for each in centre.work(job_id).report["new_institutions"]] == ["Elsewhere"]  # type: ignore[index]
    centre.do(import_job.start_apply, job_id)
    centre.work(job_id)
    with centre.begin() as session:
        names = {each.institution for each in export_listings(session)}
    assert names == {"University of North Larkspur", "Elsewhere"}
    assert centre.work(centre.send(rows, "two")).report["unchanged"] == 4  # type: ignore[index]


def test_what_cannot_be_imported_waits_with_its_reason_and_a_way_on(stage: Stage) -> None:
    centre = Centre(stage)
    centre.publish(csv_of([row(n) for n in range(10)]))
    job_id = centre.send(csv_of([row(n) for n in range(2)]))
    assert "withdraw 8 of the 10" in centre.work(job_id).report["problems"][0]["what"]  # type: ignore[index]
    with pytest.raises(Refused):
        centre.do(import_job.start_apply, job_id)
    centre.do(import_job.allow_withdrawals, job_id)
    assert centre.work(job_id).report["withdrawn"] == 8  # type: ignore[index]
    broken = centre.send(csv_of([row(n) for n in range(5)]) + b'p-9,"never closed\n')
    problem = centre.work(broken).report["problems"][0]  # type: ignore[index]
    assert "begins on line 7 is not CSV" in problem["what"]
    for content in (b"PK\x03\x04 no archive", b"a," * 300 + b"z\n1\n"):
        with pytest.raises(Refused):
            centre.send(content)
    with centre.begin() as session:
        assert len(list_open_imports(session)) == 2


def test_a_worker_that_dies_is_replaced_and_one_that_comes_late_writes_nothing(stage: Stage) -> None:
    centre = Centre(stage)
    job_id = centre.send(csv_of([row(n) for n in range(3)]))
    with centre.begin() as session:
        events = session.scalars(select(OutboxEvent.kind)).all()
    assert list(events) == [EventKind.IMPORT_DUE]
    taken = import_work._take(centre.begin, centre.clock, job_id)
    assert taken is not None
    assert centre.work(job_id).status is S.CHECKING  # leased: a second message does nothing
    stage.clock.advance(LEASE + timedelta(seconds=1))
    with centre.begin() as session:
        assert due_imports(session, centre.clock.now(), grace=timedelta(0), limit=5) == [job_id]
    assert centre.work(job_id).status is S.CHECKED
    with pytest.raises(LeaseLost):
        import_work._import(centre.begin, centre.clock, taken)
    centre.do(import_job.start_apply, job_id)
    for _ in range(MOST_TRIES):
        assert import_work._take(centre.begin, centre.clock, job_id) is not None
        stage.clock.advance(LEASE + timedelta(seconds=1))
    failed = centre.work(job_id)
    assert failed.status is S.FAILED
    assert "stopped" in failed.problems[0]["what"]
    with centre.begin() as session:
        assert session.scalar(select(func.count()).select_from(Program)) == 0
    centre.do(import_job.check_again, job_id)
    assert centre.work(job_id).status is S.CHECKED


def test_an_undo_that_no_worker_ends_can_be_asked_for_again(stage: Stage) -> None:
    centre = Centre(stage)
    done = centre.publish(csv_of([row(n) for n in range(3)]))
    import_id = done.import_id
    assert import_id is not None

    def undo() -> None:
        centre.do(lambda s, c: import_job.start_undo(s, c, import_id, staff_id=None, actor="bob@staff.example"))

    undo()
    for _ in range(MOST_TRIES):
        assert import_work._take(centre.begin, centre.clock, done.id) is not None
        stage.clock.advance(LEASE + timedelta(seconds=1))
    stuck = centre.work(done.id)
    assert (stuck.status, stuck.problems[0]["remedy"][:13]) == (S.APPLIED, "Undo it again")
    undo()
    assert centre.work(done.id).status is S.UNDONE


def test_files_go_when_they_are_published_thrown_away_or_forgotten(stage: Stage) -> None:
    centre = Centre(stage)
    published = centre.publish(csv_of([row(1)]))
    thrown, forgotten = centre.send(csv_of([row(2)])), centre.send(own_names([row(3)]))
    centre.work(thrown)
    with centre.begin() as session:
        import_job.discard(session, thrown)
    with pytest.raises(InvalidTransition):
        centre.do(import_job.check_again, thrown)
    stage.clock.advance(KEPT + timedelta(seconds=1))
    assert centre.do(import_job.purge) == 1
    assert centre.see(forgotten).status is S.DISCARDED
    with centre.begin() as session:
        assert session.scalar(select(func.count()).select_from(ImportFilePart)) == 0
        session.execute(update(ImportJob).values(status=S.DISCARDED).where(ImportJob.id == published.id))
    stage.clock.advance(KEPT)
    centre.do(import_job.purge)
    with centre.begin() as session:
        assert session.scalar(select(func.count()).select_from(ImportJob)) == 0
