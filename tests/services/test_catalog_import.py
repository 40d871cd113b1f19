"""Importing listings into the database: exact differences, nothing half done, the same numbers dry and real."""

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from tests.services.listing_rows import csv_of, import_bytes, import_rows, numbers, row, rows_of, stored
from webapp.domain.clock import SystemClock
from webapp.models import CatalogImport, CatalogVersion, ImportStatus, Institution, ListingStatus, Program
from webapp.queries.catalog import export_listings, has_listings, source_counts
from webapp.queries.listing import current_version
from webapp.services.catalog import import_listings

REAL = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def program(session: Session, program_id: str) -> Program:
    return session.execute(select(Program).where(Program.program_id == program_id)).scalar_one()


def last_import(session: Session) -> CatalogImport:
    return session.scalars(select(CatalogImport).order_by(CatalogImport.id.desc()).limit(1)).one()


class TestDifference:
    def test_a_first_import_adds_every_row_and_makes_a_version(self, session: Session) -> None:
        before = current_version(session)
        report = import_rows(session, [row(n) for n in range(1, 8)])
        assert numbers(report) == (7, 0, 0, 0, 0)
        assert report.status is ImportStatus.APPLIED
        assert report.catalog_version == current_version(session) > before
        assert session.get_one(CatalogVersion, report.catalog_version).published == 7
        assert program(session, "p-3").tuition_total_cents == 300_000
        assert has_listings(session)

    def test_the_same_file_again_changes_nothing_and_makes_no_version(self, session: Session) -> None:
        rows = [row(n) for n in range(1, 8)]
        first = import_rows(session, rows)
        before = stored(session)
        again = import_rows(session, rows)
        assert numbers(again) == (0, 0, 0, 7, 0)
        assert again.status is ImportStatus.UNCHANGED
        assert again.catalog_version is None
        assert current_version(session) == first.catalog_version
        assert stored(session)["programs"] == before["programs"]
        assert last_import(session).status is ImportStatus.UNCHANGED

    def test_added_changed_and_withdrawn_are_counted_exactly(self, session: Session) -> None:
        import_rows(session, [row(n) for n in range(1, 11)])
        report = import_rows(
            session, [row(n, **({"name": "New"} if n in (2, 3) else {})) for n in range(1, 9)] + [row(99)]
        )
        assert numbers(report) == (1, 2, 2, 6, 0)
        assert [(c.program_id, c.kind) for c in report.changes] == [
            ("p-2", "changed"),
            ("p-3", "changed"),
            ("p-10", "withdrawn"),
            ("p-9", "withdrawn"),
            ("p-99", "added"),
        ]
        assert report.changes[0].columns == {"name": ("Program 2", "New")}
        assert program(session, "p-9").status is ListingStatus.WITHDRAWN

    def test_a_withdrawn_listing_is_kept_and_comes_back_as_a_change(self, session: Session) -> None:
        import_rows(session, [row(n) for n in range(1, 5)])
        kept = program(session, "p-4").id
        import_rows(session, [row(n) for n in range(1, 4)])
        back = import_rows(session, [row(n) for n in range(1, 5)])
        assert numbers(back) == (0, 1, 0, 3, 0)
        assert [change.kind for change in back.changes] == ["republished"]
        assert program(session, "p-4").id == kept
        assert program(session, "p-4").status is ListingStatus.PUBLISHED

    def test_changes_are_told_in_the_columns_of_the_file(self, session: Session) -> None:
        import_rows(session, [row(1, modality="online", verified_on="2026-01-01")])
        report = import_rows(
            session, [row(1, tuition_total_usd="1000.50", modality="online;hybrid", verified_on="", title_iv="true")]
        )
        assert report.changes[0].columns == {
            "title_iv": (None, True),
            "modality": (["online"], ["online", "hybrid"]),
            "tuition_total_usd": (1000, 1000.5),
            "verified_on": ("2026-01-01", None),
        }

    def test_order_of_rows_and_columns_does_not_matter(self, session: Session) -> None:
        rows = [row(n) for n in range(1, 6)]
        import_rows(session, rows)
        turned = csv_of(reversed(rows), header=reversed(list(rows[0])))
        assert numbers(import_bytes(session, turned)) == (0, 0, 0, 5, 0)


class TestSources:
    def test_a_source_withdraws_only_its_own(self, session: Session) -> None:
        import_rows(session, [row(n) for n in (1, 2, 3)], source="csv:north")
        import_rows(session, [row(n) for n in (4, 5, 6)], source="csv:south")
        report = import_rows(session, [row(n) for n in (4, 5)], source="csv:south")
        assert report.withdrawn == 1
        counts = {count.source: (count.published, count.withdrawn) for count in source_counts(session)}
        assert counts == {"csv:north": (3, 0), "csv:south": (2, 1)}
        assert [listing.program_id for listing in export_listings(session, "csv:south")] == ["p-4", "p-5"]

    def test_an_id_of_another_source_is_refused(self, session: Session) -> None:
        import_rows(session, [row(1)], source="csv:north")
        report = import_rows(session, [row(1, name="Taken"), row(2)], source="csv:south")
        assert numbers(report) == (1, 0, 0, 0, 1)
        assert report.refused_by == {"program_id of another source": 1}
        assert "csv:north" in report.faults[0].problem
        assert program(session, "p-1").name == "Program 1"

    def test_demo_listings_are_marked(self, session: Session) -> None:
        import_rows(session, [row(1)], source="demo", is_demo=True)
        assert program(session, "p-1").is_demo


class TestInstitutions:
    def test_names_that_differ_in_case_and_marks_only_are_one(self, session: Session) -> None:
        names = ["Université du Nord", "UNIVERSITE  DU NORD", "Universite du Nord."]
        import_rows(session, [row(n, institution=name) for n, name in enumerate(names)])
        assert len({program(session, f"p-{n}").institution_id for n in range(3)}) == 1
        assert [listing.institution for listing in export_listings(session)] == ["Université du Nord"] * 3

    def test_what_one_row_says_of_it_holds_for_all(self, session: Session) -> None:
        rows = [row(1, institution="X", title_iv=""), row(2, institution="X", title_iv="true")]
        import_rows(session, rows)
        assert [listing.title_iv for listing in export_listings(session)] == [True, True]
        assert numbers(import_rows(session, rows)) == (0, 0, 0, 2, 0)

    def test_rows_at_odds_are_refused_naming_what_was_said_first(self, session: Session) -> None:
        rows = [
            row(1, institution="X", institution_control="public"),
            row(2, institution="X", institution_control="private_nonprofit"),
            row(3, institution="X", institution_control=""),
        ]
        report = import_rows(session, rows)
        assert numbers(report) == (2, 0, 0, 0, 1)
        assert (report.faults[0].line, report.faults[0].column) == (3, "institution_control")
        assert "public" in report.faults[0].problem

    def test_a_change_of_the_institution_changes_its_listings(self, session: Session) -> None:
        import_rows(session, [row(1, institution="X"), row(2, institution="X"), row(3, institution="Y")])
        report = import_rows(
            session,
            [row(1, institution="X", title_iv="true"), row(2, institution="X"), row(3, institution="Y")],
        )
        assert numbers(report) == (0, 2, 0, 1, 0)

    def test_a_blank_takes_a_fact_back_only_where_no_other_source_needs_it(self, session: Session) -> None:
        import_rows(session, [row(1, institution="X", title_iv="true")], source="csv:a")
        import_rows(session, [row(2, institution="X", title_iv="")], source="csv:b")
        held = session.execute(select(Institution.title_iv).where(Institution.key == "name:x"))
        assert held.scalar_one() is True
        import_rows(session, [row(3, institution="Z", title_iv="true")], source="csv:c")
        import_rows(session, [row(3, institution="Z", title_iv="")], source="csv:c")
        alone = session.execute(select(Institution.title_iv).where(Institution.key == "name:z"))
        assert alone.scalar_one() is None


class TestRefusals:
    def test_a_bad_row_is_told_and_the_others_go_in(self, session: Session) -> None:
        report = import_rows(session, [row(1), row(2, credential="diploma", min_gpa="9"), row(3)])
        assert numbers(report) == (2, 0, 0, 0, 1)
        assert [(f.line, f.program_id, f.column) for f in report.faults] == [
            (3, "p-2", "credential"),
            (3, "p-2", "min_gpa"),
        ]
        assert all(fault.problem and fault.remedy for fault in report.faults)

    def test_a_bad_row_leaves_what_it_would_have_replaced(self, session: Session) -> None:
        import_rows(session, [row(n) for n in (1, 2, 3)])
        report = import_rows(session, [row(1), row(2, credential="diploma"), row(3)])
        assert numbers(report) == (0, 0, 0, 2, 1)
        assert program(session, "p-2").status is ListingStatus.PUBLISHED

    def test_an_id_given_twice_is_refused_naming_the_first_line(self, session: Session) -> None:
        report = import_rows(session, [row(1), row(2), row(1, name="Again")])
        assert numbers(report) == (2, 0, 0, 0, 1)
        assert report.faults[0].line == 4
        assert "line 2" in report.faults[0].problem
        assert program(session, "p-1").name == "Program 1"

    def test_a_file_without_a_good_row_changes_nothing(self, session: Session) -> None:
        import_rows(session, [row(n) for n in (1, 2)])
        before = stored(session)
        report = import_rows(session, [row(n, credential="diploma") for n in (1, 2)])
        assert report.is_refused
        assert report.refused == 2
        after = stored(session)
        assert {**after, "imports": before["imports"]} == before
        assert last_import(session).status is ImportStatus.REFUSED

    def test_a_header_without_rows_is_refused(self, session: Session) -> None:
        report = import_bytes(session, csv_of([row(1)]).splitlines()[0] + b"\n")
        assert report.is_refused
        assert "no listing" in report.problems[0].what

    def test_an_unreadable_file_is_refused_and_written_down(self, session: Session) -> None:
        report = import_bytes(session, csv_of([row(1), row(2)]) + b"p-3,\xff\xfe,,,,\n")
        assert report.is_refused
        assert "UTF-8" in report.problems[0].what
        kept = last_import(session)
        assert (kept.id, kept.status) == (report.import_id, ImportStatus.REFUSED)
        assert "UTF-8" in kept.faults[0]["problem"]
        assert not has_listings(session)

    def test_dropping_more_than_half_needs_leave(self, session: Session) -> None:
        import_rows(session, [row(n) for n in range(1, 11)])
        few = [row(n) for n in range(1, 5)]
        refused = import_rows(session, few)
        assert refused.is_refused
        assert "6 of the 10" in refused.problems[0].what
        assert "--allow-withdrawals" in refused.problems[0].remedy
        assert program(session, "p-9").status is ListingStatus.PUBLISHED
        assert numbers(import_rows(session, few, allow_withdrawals=True)) == (0, 0, 6, 4, 0)

    def test_dropping_exactly_half_needs_none(self, session: Session) -> None:
        import_rows(session, [row(n) for n in range(1, 11)])
        assert import_rows(session, [row(n) for n in range(1, 6)]).withdrawn == 5

    def test_strict_refuses_the_file_for_one_bad_row(self, session: Session) -> None:
        report = import_rows(session, [row(1), row(2, credential="diploma")], strict=True)
        assert report.is_refused
        assert not has_listings(session)


Drawn = Sequence[tuple[int, str, str]]


@st.composite
def catalogues(draw: st.DrawFn) -> Drawn:
    ids = draw(st.lists(st.integers(1, 9), max_size=9))
    return [(n, draw(st.sampled_from(["A", "B"])), draw(st.sampled_from(["master", "diploma"]))) for n in ids]


def _rows(catalogue: Drawn) -> list[dict[str, str]]:
    return [row(n, name=name, credential=credential) for n, name, credential in catalogue]


class TestLaws:
    @REAL
    @given(first=catalogues(), second=catalogues(), allowed=st.booleans())
    def test_a_dry_run_tells_what_the_real_run_does_and_leaves_nothing(
        self,
        session: Session,
        first: Drawn,
        second: Drawn,
        allowed: bool,
    ) -> None:
        outer = session.begin_nested()
        data = csv_of(_rows(second), header=row(1))
        import_bytes(session, csv_of(_rows(first), header=row(1)))
        before = stored(session)
        dry = import_bytes(session, data, dry_run=True, allow_withdrawals=allowed)
        assert stored(session) == before
        real = import_bytes(session, data, allow_withdrawals=allowed)
        ignored = ("dry_run", "seconds", "catalog_version", "import_id")
        assert {k: v for k, v in dry.to_json().items() if k not in ignored} == {
            k: v for k, v in real.to_json().items() if k not in ignored
        }
        assert (dry.catalog_version, dry.import_id) == (None, None)
        outer.rollback()

    @REAL
    @given(first=catalogues(), second=catalogues())
    def test_every_row_is_counted_once_and_repeating_changes_nothing(
        self, session: Session, first: Drawn, second: Drawn
    ) -> None:
        outer = session.begin_nested()
        for catalogue in (first, second):
            data = csv_of(_rows(catalogue), header=row(1))
            report = import_bytes(session, data, allow_withdrawals=True)
            if not report.is_refused:
                assert report.rows_read == len(catalogue)
                assert report.rows_read == report.added + report.changed + report.unchanged + report.refused
                before = stored(session)["programs"]
                again = import_bytes(session, data, allow_withdrawals=True)
                assert (again.added, again.changed, again.withdrawn) == (0, 0, 0)
                assert stored(session)["programs"] == before
        outer.rollback()


def test_progress_tells_rows_and_in_the_end_all_of_them(session: Session) -> None:
    seen: list[tuple[int, int | None]] = []
    import_listings(
        session,
        SystemClock(),
        source="csv",
        filename="t.csv",
        rows=rows_of(csv_of([row(n) for n in range(1201)])),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(500, None), (1000, None), (1201, 1201)]


def test_imports_of_one_connection_follow_each_other_and_leave_no_table(fresh_database_url: str) -> None:
    engine = create_engine(fresh_database_url, pool_size=1, max_overflow=0)
    for names in (("a", "b"), ("c", "d")):
        with Session(engine) as session, session.begin():
            for name in names:
                import_rows(session, [row(n, program_id=f"{name}-{n}") for n in range(3)], source=f"csv:{name}")
    with Session(engine) as session:
        assert [count.published for count in source_counts(session)] == [3, 3, 3, 3]
        left = session.execute(text("SELECT count(*) FROM pg_class WHERE relpersistence = 't'"))
        assert left.scalar_one() == 0
    engine.dispose()
