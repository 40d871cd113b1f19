"""Undoing an import: the catalogue comes back byte for byte, or nothing happens and it says why."""

import csv
import io
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.factories.real_catalogue import real_listings
from tests.services.listing_rows import import_bytes, import_rows, numbers, row
from webapp.domain.clock import SystemClock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id
from webapp.domain.listing import COLUMNS, Listing
from webapp.domain.listing_row import to_row
from webapp.models import CatalogImport, Program, ShortlistedProgram
from webapp.queries.catalog import export_listings
from webapp.queries.listing import current_version, edition_of
from webapp.services.catalog_file import write_listing_file
from webapp.services.catalog_ipeds import web_address
from webapp.services.catalog_report import ImportReport
from webapp.services.catalog_undo import Undone, undo_import

REAL = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def exported(session: Session) -> str:
    out = io.StringIO()
    write_listing_file(export_listings(session), out)
    return out.getvalue()


def rows_whole(session: Session) -> list[tuple[Any, ...]]:
    """Every column of every listing and institution, but for the version a row's facts are of."""
    programs = session.execute(text("SELECT to_jsonb(p) - 'since_version' FROM programs p ORDER BY program_id")).all()
    schools = session.execute(text("SELECT to_jsonb(i) FROM institutions i ORDER BY key")).all()
    return [tuple(found) for found in (*programs, *schools)]


def undo(session: Session, report: ImportReport) -> Undone:
    assert report.import_id is not None
    return undo_import(session, SystemClock(), report.import_id, actor="ada@staff.example")


def refusal(session: Session, report: ImportReport) -> str:
    with pytest.raises(Refused) as caught:
        undo(session, report)
    return str(caught.value)


def edition(session: Session, version: int) -> list[Listing]:
    return list(edition_of(session, version))


class TestUndo:
    def test_the_catalogue_comes_back_and_every_version_can_still_be_made_whole(self, session: Session) -> None:
        import_rows(session, [row(n, title_iv="true") for n in range(1, 11)])
        import_rows(session, [row(n, title_iv="true") for n in range(1, 10)])
        before, export, first = rows_whole(session), exported(session), current_version(session)
        rows = [row(n, title_iv="", name=f"New {n}", institution=f"SCHOOL {n % 3}") for n in range(3, 12)]
        done = import_rows(session, rows)
        assert numbers(done) == (1, 8, 2, 0, 0)
        second = edition(session, current_version(session))
        assert undo(session, done).listings == 11
        assert exported(session) == export
        assert rows_whole(session) == before
        assert edition(session, first) == edition(session, current_version(session))
        assert edition(session, done.catalog_version or 0) == second
        entry = session.get_one(CatalogImport, done.import_id)
        assert (entry.undone_by, entry.undo_version) == ("ada@staff.example", current_version(session))

    def test_imports_are_undone_from_the_last_to_the_first_and_may_be_done_again(self, session: Session) -> None:
        empty = exported(session)
        first = import_rows(session, [row(n) for n in range(5)])
        after_first = exported(session)
        second = import_rows(session, [row(n, name="B") for n in range(4)])
        told = refusal(session, first)
        assert "5 listings of it changed later, by the import of “t.csv” on" in told
        assert "p-0, p-1, p-2 and 2 more" in told
        assert "Undo that import first." in told
        undo(session, second)
        assert exported(session) == after_first
        undo(session, first)
        assert exported(session) == empty
        again = import_rows(session, [row(n) for n in range(5)])
        assert numbers(again) == (5, 0, 0, 0, 0)
        assert exported(session) == after_first
        assert "undone already, by ada@staff.example" in refusal(session, second)

    def test_what_changed_later_is_named_and_nothing_happens(self, session: Session) -> None:
        import_rows(session, [row(1, institution="X"), row(2, institution="Y")], source="a")
        done = import_rows(session, [row(1, institution="x", name="B"), row(2, institution="Y")], source="a")
        import_rows(session, [row(3, institution="X", title_iv="true")], source="b")
        before = exported(session)
        assert "One institution of it changed later, by the import of “t.csv”" in refusal(session, done)
        session.execute(update(Program).where(Program.program_id == "p-1").values(changed_in=0))
        assert "no longer on record" in refusal(session, done)
        assert exported(session) == before

    def test_what_students_hold_stays_withdrawn_instead_of_gone(self, session: Session) -> None:
        done = import_rows(session, [row(1), row(2)])
        session.execute(text("SET LOCAL session_replication_role = replica"))  # a shortlist without its draft
        session.add(ShortlistedProgram(draft_id=new_id(), program_id="p-1", position=1))
        session.flush()
        assert undo(session, done).kept_as_withdrawn == 1
        left = session.execute(select(Program.program_id, Program.status)).all()
        assert [tuple(each) for each in left] == [("p-1", "withdrawn")]
        assert exported(session).count("\n") == 1

    def test_what_changed_nothing_cannot_be_undone(self, session: Session) -> None:
        import_rows(session, [row(1)])
        assert "nothing to undo" in refusal(session, import_rows(session, [row(1)]))
        assert "nothing to undo" in refusal(session, import_rows(session, [row(1, cip="x")]))
        with pytest.raises(NotFound):
            undo_import(session, SystemClock(), new_id(), actor="x")

    @REAL
    @given(
        files=st.lists(
            st.dictionaries(
                st.integers(0, 9),
                st.tuples(st.sampled_from(["X", "x", "Y"]), st.sampled_from(["A", "B"]), st.sampled_from(["", "true"])),
                min_size=1,
            ),
            min_size=2,
            max_size=4,
        )
    )
    def test_any_imports_are_undone_one_by_one(
        self, session: Session, files: list[dict[int, tuple[str, str, str]]]
    ) -> None:
        nested = session.begin_nested()
        states, done = [], []
        for named in files:
            states.append(rows_whole(session))
            rows = [row(n, institution=i, name=a, title_iv=t) for n, (i, a, t) in named.items()]
            done.append(import_rows(session, rows, allow_withdrawals=True))
        for report, state in reversed(list(zip(done, states, strict=True))):
            if report.catalog_version is not None:
                undo(session, report)
            assert rows_whole(session) == state
        nested.rollback()


def real_rows() -> list[dict[str, str]]:
    """All 6,213 of them; twelve web addresses that nobody could open are left unknown, as the reader of IPEDS does."""
    rows = [to_row(listing) for listing in real_listings()]
    return [{**row, "url": web_address(row["url"])} for row in rows]


def file_of(rows: Iterable[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def altered(rows: list[dict[str, str]], *, added: int, dropped: int, changed: int) -> list[dict[str, str]]:
    """The same catalogue a year later: so many programs new, gone and different, spread at random."""
    draw = random.Random(20260901)
    order = draw.sample(range(len(rows)), dropped + changed + added)
    gone, other, models = order[:dropped], order[dropped : dropped + changed], order[dropped + changed :]
    new = [dict(row) for row in rows]
    for turn, number in enumerate(other):
        column, value = (("name", "Renamed"), ("tuition_total_usd", "54321"), ("city", "Elsewhere"))[turn % 3]
        new[number][column] = value
    kept = [row for number, row in enumerate(new) if number not in set(gone)]
    return kept + [{**rows[number], "program_id": f"{rows[number]['program_id']}-new"} for number in models]


def test_the_real_catalogue_a_year_later_and_back(session: Session) -> None:
    rows = real_rows()
    assert len(rows) == 6213
    assert numbers(import_bytes(session, file_of(rows))) == (6213, 0, 0, 0, 0)
    before = exported(session)
    later = file_of(altered(rows, added=1538, dropped=659, changed=400))
    done = import_bytes(session, later)
    assert numbers(done) == (1538, 400, 659, 5154, 0)
    assert undo(session, done).listings == 1538 + 400 + 659
    assert exported(session) == before
