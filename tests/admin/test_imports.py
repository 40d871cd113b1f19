"""Importing a listing file through the browser's eyes: send, look, publish; and files that are not what they seem."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.admin.conftest import Visitor
from webapp.admin import imports
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.models import AuditEntry, CatalogImport, ListingStatus, Program

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


def _send(visitor: Visitor, content: bytes, source: str, name: str = "listings.csv", **more: str) -> Any:
    data: dict[str, object] = {"file": (io.BytesIO(content), name), "source": source, **more}
    return visitor.post("/admin/imports", data, form_at="/admin/imports")


@pytest.fixture
def source() -> str:
    """A source of its own for each test."""
    return f"test-{new_id().hex[-12:]}"


def _published(running: Runtime, source: str) -> int:
    with running.begin() as session:
        return session.execute(
            select(func.count()).where(Program.catalog_source == source, Program.status == ListingStatus.PUBLISHED)
        ).scalar_one()


def test_a_file_is_checked_looked_at_and_published(
    logged_in: LoggedIn, running: Runtime, uploads: Path, source: str
) -> None:
    editor, rows = logged_in("catalog_editor"), _listings(source, 6)
    rows[4]["tuition_total_usd"], rows[5]["cip"] = "twelve", "11"
    checked = _send(editor, _file(rows), source)
    assert checked.status_code == 303
    page = editor.get(checked.location).text
    assert "Nothing is published yet" in page
    assert re.findall(r'stat-label">([^<]+)</p>\s*<p class="stat-value">(\d+)', page) == [
        ("Rows read", "6"), ("Added", "4"), ("Changed", "0"), ("Withdrawn", "0"), ("Unchanged", "0"), ("Refused", "2"),
    ]  # fmt: skip
    for told in ("tuition_total_usd", "twelve", "write a plain number", "such as 11.0102", f"{source}-0"):
        assert told in page
    assert _published(running, source) == 0
    assert len(list(uploads.glob("*.data"))) == 1
    done = editor.post(f"{checked.location}/apply", form_at=checked.location)
    assert done.status_code == 303
    report = editor.get(done.location).text
    assert "4 added" in report
    assert "Applied" in report
    assert "twelve" in report
    assert _published(running, source) == 4
    assert list(uploads.iterdir()) == []
    assert editor.get(checked.location).status_code == 404
    assert editor.post(f"{checked.location}/apply").status_code == 404
    with running.begin() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == "imported")
            .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        ).first()
        row = session.scalars(select(CatalogImport).where(CatalogImport.source == source)).one()
    assert entries is not None
    assert entries.before is not None
    assert entries.after is not None
    assert entries.before["added"] == entries.after["added"] == row.added == 4
    assert row.staff_id == entries.staff_id


def test_the_dry_run_shows_each_changed_column(logged_in: LoggedIn, source: str) -> None:
    owner = logged_in()
    first = _send(owner, _file(_listings(source, 3)), source)
    owner.post(f"{first.location}/apply")
    again = owner.get(_send(owner, _file(_listings(source, 3)), source).location).text
    assert "Nothing would change" in again
    assert "Publish these changes" not in again
    page = owner.get(_send(owner, _file(_listings(source, 3, city="New Harbor")), source).location).text
    assert "<ins>New Harbor</ins>" in page


def test_withdrawing_most_of_a_source_takes_a_tick(logged_in: LoggedIn, running: Runtime, source: str) -> None:
    owner = logged_in()
    owner.post(f"{_send(owner, _file(_listings(source, 5)), source).location}/apply")
    small = _file(_listings(source, 1))
    page = owner.get(_send(owner, small, source).location).text
    assert "It would withdraw 4 of the 5 listings" in page
    assert "tick the box" in page
    assert "Publish these changes" not in page
    ticked = _send(owner, small, source, allow_withdrawals="y").location
    assert "Publish these changes" in owner.get(ticked).text
    owner.post(f"{ticked}/apply")
    assert _published(running, source) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04 and so on", "spreadsheet"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"program_id,institution,name,credential,cip\nx,\xff\xfe,y,master,11.0101\n", "UTF-8"),
        (b"what,is,this\n1,2,3\n", "is not a column"),
        (b"a;b;c\n1;2;3\n", "not divided by commas"),
    ],
)
def test_a_file_that_is_no_listing_file_says_so(logged_in: LoggedIn, source: str, content: bytes, told: str) -> None:
    owner = logged_in()
    page = owner.get(_send(owner, content, source).location).text
    assert "cannot be imported as it is" in page
    assert told in page
    assert "Publish these changes" not in page


def test_a_form_without_file_or_with_a_strange_source_is_shown_again(logged_in: LoggedIn) -> None:
    owner = logged_in()
    empty = owner.post("/admin/imports", {"source": "csv"}, form_at="/admin/imports")
    assert empty.status_code == 422
    assert "Choose a listing file." in empty.text
    strange = _send(owner, b"x", "../../etc")
    assert strange.status_code == 422
    assert "Use small letters" in strange.text


def test_a_file_that_is_too_large_is_refused_and_not_kept(
    logged_in: LoggedIn, uploads: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MAX_BYTES", 1024)
    answer = _send(logged_in(), b"x" * 1025, source)
    assert answer.status_code == 422
    assert "It is larger than" in answer.text
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_a_waiting_file_is_private_thrown_away_on_request_and_after_a_day(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, uploads: Path, source: str
) -> None:
    owner, other = logged_in(), logged_in()
    kept = _send(owner, _file(_listings(source, 2)), source).location
    assert other.get(kept).status_code == 404
    assert other.post(f"{kept}/apply").status_code == 404
    assert {path.stat().st_mode & 0o777 for path in uploads.iterdir()} == {0o600}
    assert owner.post(f"{kept}/discard", form_at=kept).location == "/admin/imports"
    assert list(uploads.iterdir()) == []
    late = _send(owner, _file(_listings(source, 2)), source).location
    clock.advance(timedelta(hours=24))
    assert owner.get(late).status_code == 404
    assert _published(running, source) == 0


@pytest.mark.parametrize("token", ["..%2f..%2fetc%2fpasswd", "x" * 43, "%00", "a" * 300])
def test_names_of_files_that_are_not_ours_find_nothing(logged_in: LoggedIn, token: str) -> None:
    assert logged_in().get(f"/admin/imports/check/{token}").status_code == 404
