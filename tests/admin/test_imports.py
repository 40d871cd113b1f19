"""The import centre through the browser's eyes: send, name columns, look, publish, undo; and files that are none."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from markupsafe import escape
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.admin.conftest import Visitor
from webapp.admin import imports
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.import_job import AT_WORK
from webapp.models import AuditEntry, CatalogImport, ImportJob, ListingStatus, Program
from webapp.services import import_work
from webapp.ui.fields import clean_text

LoggedIn = Callable[..., Visitor]


def _listings(prefix: str, count: int, **changes: str) -> list[dict[str, str]]:
    text = files("webapp.cli").joinpath("demo", "catalog.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))[:count]
    for number, row in enumerate(rows):
        row.update(program_id=f"{prefix}-{number}", bridge_for="", **changes)
    return rows


def _file(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@dataclass
class Centre:
    """Somebody at the import centre, and a worker that does at once what is due."""

    who: Visitor
    running: Runtime

    def send(self, content: bytes, source: str, name: str = "listings.csv", **more: str) -> TestResponse:
        data: dict[str, object] = {"file": (io.BytesIO(content), name), "source": source, **more}
        return self.who.post("/admin/imports", data, form_at="/admin/imports")

    def work(self) -> None:
        with self.running.begin() as session:
            due = session.scalars(select(ImportJob.id).where(ImportJob.status.in_(AT_WORK))).all()
        for job_id in due:
            import_work.run(self.running.begin, self.running.clock, job_id)

    def checked(self, content: bytes, source: str, **more: str) -> str:
        """The page of a file that was sent and checked."""
        sent = self.send(content, source, **more)
        assert sent.status_code == 303
        self.work()
        return sent.location

    def step(self, page: str, name: str) -> TestResponse:
        answer = self.who.post(f"{page}/{name}", form_at=page)
        self.work()
        return answer


@pytest.fixture
def centre(logged_in: LoggedIn, running: Runtime) -> Callable[..., Centre]:
    """Somebody at the import centre: the owner, unless a role is named."""
    return lambda *roles: Centre(logged_in(*roles), running)


@pytest.fixture
def source() -> str:
    """A source of its own for each test."""
    return f"test-{new_id().hex[-12:]}"


def _published(running: Runtime, source: str) -> int:
    with running.begin() as session:
        return session.execute(
            select(func.count()).where(Program.catalog_source == source, Program.status == ListingStatus.PUBLISHED)
        ).scalar_one()


def test_a_file_is_checked_looked_at_published_and_undone(
    centre: Callable[..., Centre], running: Runtime, source: str
) -> None:
    editor, rows = centre("catalog_editor"), _listings(source, 6)
    rows[4]["tuition_total_usd"], rows[5]["cip"] = "twelve", "11"
    sent = editor.send(_file(rows), f" {source.replace('-', ' ').upper()} ")  # put right, and not refused
    assert sent.status_code == 303
    page = editor.who.get(sent.location).text
    assert f"“{source}”" in page
    assert "It waits for a worker." in page
    assert '<noscript><meta http-equiv="refresh"' in page
    editor.work()
    page = editor.who.get(sent.location).text
    assert "Nothing is published yet" in page
    assert re.findall(r'stat-label">([^<]+)</p>\s*<p class="stat-value">(\d+)', page) == [
        ("Rows read", "6"), ("Added", "4"), ("Changed", "0"), ("Withdrawn", "0"), ("Unchanged", "0"), ("Refused", "2"),
    ]  # fmt: skip
    for told in (
        "tuition_total_usd",
        "twelve",
        "write a plain number",
        "such as 11.0102",
        f"{source}-0",
        rows[0]["institution"],
    ):
        assert told in page
    assert _published(running, source) == 0
    wrong = editor.who.get(f"{sent.location}/rejects.csv")
    assert wrong.headers["Content-Disposition"].endswith("listings-rejects.csv")
    assert "twelve" in wrong.text
    first = f"{source}-0,{rows[0]['name']},{rows[0]['institution']},added"
    assert first in editor.who.get(f"{sent.location}/differences.csv").text
    assert editor.step(sent.location, "apply").location == sent.location
    assert "4 added, 0 changed, 0 withdrawn." in editor.who.get(sent.location).text
    assert _published(running, source) == 4
    with running.begin() as session:
        row = session.scalars(select(CatalogImport).where(CatalogImport.source == source)).one()
        trail = session.execute(
            select(AuditEntry.action, AuditEntry.staff_id)
            .where(AuditEntry.staff_id == row.staff_id, AuditEntry.object_type == "listing file")
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        ).all()
    assert [entry.action for entry in trail] == ["imported", "import asked for", "sent"]
    past = f"/admin/imports/{row.id}"
    assert "Undo this import" in editor.who.get(past).text
    assert f"{sent.location}/differences.csv" in editor.who.get(past).text
    assert editor.who.post(f"{past}/undo", form_at=past).location == sent.location
    editor.work()
    assert "The catalog says again what it said before" in editor.who.get(sent.location).text
    assert _published(running, source) == 0
    assert "Undone" in editor.who.get(past).text
    assert "Undo this import" not in editor.who.get(past).text
    again = editor.who.post(f"{past}/undo", form_at=past)
    assert again.location == past


def test_columns_of_any_names_are_asked_about_once(centre: Callable[..., Centre], source: str) -> None:
    owner = centre()
    content = b"Our mark,School,Program name,Degree,CIP code,<b>Odd</b>\nk-1,Larkspur,Data,master,30.7001,x\n"
    sent = owner.send(content, source)
    asked = owner.who.get(sent.location).location
    page = owner.who.get(asked).text
    assert "&lt;b&gt;Odd&lt;/b&gt;" in page
    assert "Larkspur" in page
    chosen = {f"column-{n}": name for n, name in enumerate(["", "institution", "name", "credential", "cip", ""])}
    missing = owner.who.post(asked, dict(chosen), form_at=asked)
    assert missing.status_code == 422
    assert "Nothing says what program_id is." in missing.text
    assert owner.who.post(asked, {**chosen, "column-0": "program_id"}, form_at=asked).location == sent.location
    owner.work()
    assert "Publish these changes" in owner.who.get(sent.location).text
    second = owner.send(content, source).location
    owner.work()
    assert "Publish these changes" in owner.who.get(second).text


def test_the_dry_run_shows_each_changed_column(centre: Callable[..., Centre], source: str) -> None:
    owner = centre()
    owner.step(owner.checked(_file(_listings(source, 3)), source), "apply")
    again = owner.who.get(owner.checked(_file(_listings(source, 3)), source)).text
    assert "Nothing would change" in again
    assert "Publish these changes" not in again
    page = owner.who.get(owner.checked(_file(_listings(source, 3, city="New Harbor")), source)).text
    assert "<ins>New Harbor</ins>" in page
    assert "<code>city</code> in 3" in page


def test_withdrawing_most_of_a_source_takes_a_word(
    centre: Callable[..., Centre], running: Runtime, source: str
) -> None:
    owner = centre()
    owner.step(owner.checked(_file(_listings(source, 5)), source), "apply")
    small = _file(_listings(source, 1))
    page = owner.checked(small, source)
    text = owner.who.get(page).text
    assert "It would withdraw 4 of the 5 listings" in text
    assert "Publish these changes" not in text
    owner.step(page, "allow")
    assert "Publish these changes" in owner.who.get(page).text
    owner.step(page, "apply")
    assert _published(running, source) == 1
    ticked = owner.checked(_file(_listings(f"{source}-x", 1)), source, allow_withdrawals="y")
    assert "Publish these changes" in owner.who.get(ticked).text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04 and so on", "cannot be read"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\xd0\xcf\x11\xe0 and so on", "old or a locked spreadsheet"),
        (b"program_id,institution,name,credential,cip\nx,\xff\xfe,y,master,11.0101\n", "UTF-8"),
        (b"a;b;c\n1;2;3\n", "not divided by commas"),
    ],
)
def test_a_file_that_is_no_listing_file_says_so(
    centre: Callable[..., Centre], source: str, content: bytes, told: str
) -> None:
    answer = centre().send(content, source)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_form_without_file_or_with_a_strange_source_is_shown_again(centre: Callable[..., Centre]) -> None:
    owner = centre()
    empty = owner.who.post("/admin/imports", {"source": "csv"}, form_at="/admin/imports")
    assert empty.status_code == 422
    assert "Choose a listing file." in empty.text
    strange = owner.send(b"x", "../../etc")
    assert strange.status_code == 422
    assert "Use letters, digits" in strange.text
    assert owner.who.post("/admin/imports/ipeds", {}, form_at="/admin/imports").status_code == 422


def test_a_file_that_is_too_large_is_refused_and_not_kept(
    centre: Callable[..., Centre], running: Runtime, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_BYTES", 1024)
    answer = centre().send(_file(_listings(source, 5)), source)
    assert answer.status_code == 422
    assert "It is larger than" in answer.text
    with running.begin() as session:
        assert session.scalar(select(func.count()).where(ImportJob.source == source)) == 0


def test_ipeds_comes_as_three_files(centre: Callable[..., Centre], running: Runtime) -> None:
    owner = centre()
    directory = b"UNITID,INSTNM,CITY,STABBR,ZIP,WEBADDR,CONTROL,CYACTIVE\n1,Larkspur,X,CA,90001,www.x.edu,1,1\n"
    completions = b"UNITID,CIPCODE,MAJORNUM,AWLEVEL\n1,11.0701,1,7\n"
    tuition = b"UNITID,TUITION2,FEE2,TUITION3,FEE3,TUITION6,FEE6,TUITION7,FEE7\n1,1,1,1,1,1,1,1,1\n"
    files = {"directory": directory, "completions": completions, "tuition": tuition}
    data: dict[str, object] = {name: (io.BytesIO(each), f"{name}.csv") for name, each in files.items()}
    sent = owner.who.post("/admin/imports/ipeds", data, form_at="/admin/imports")
    assert sent.status_code == 303
    owner.work()
    assert "ipeds:1:11.0701:7" in owner.who.get(sent.location).text
    gone = owner.who.post(f"{sent.location}/discard", form_at=sent.location)
    assert gone.location == "/admin/imports"
    assert "Somebody was quicker" in owner.who.get(owner.step(sent.location, "apply").location).text
    assert _published(running, "ipeds") == 0


def test_naughty_strings_stand_as_typed_wherever_a_file_or_a_form_can_hold_them(
    centre: Callable[..., Centre], running: Runtime, source: str, data_dir: Path
) -> None:
    owner = centre()
    naughty = [text for text in json.loads((data_dir / "blns.json").read_text("utf-8")) if "\0" not in text]
    rows = [
        {"program_id": f"{source}-{n}", "institution": "L", "name": text, "credential": "master", "cip": "11.0101"}
        for n, text in enumerate(naughty[::5])
    ]
    page = owner.checked(_file(rows), source)
    shown = owner.who.get(page)
    assert shown.status_code == 200
    assert owner.who.get(f"{page}/rejects.csv").status_code == 200
    odd = owner.send(_file([dict.fromkeys(naughty[20:26], "x")]), source)
    assert odd.status_code == 303
    asked = owner.who.get(odd.location).location
    assert owner.who.get(asked).status_code == 200
    token = owner.who.token(asked)
    for text in naughty[::30]:
        said = {"csrf_token": token, "column-0": text, "same-institution": text}
        answer = owner.who.client.post(asked, data=said)
        assert answer.status_code == 422
        if clean := clean_text(text):
            assert str(escape(clean)) in answer.text
