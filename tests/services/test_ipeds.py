"""The government's own files: counted independently, traps walked into one by one."""

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.services.listing_rows import numbers
from webapp.domain.clock import SystemClock
from webapp.domain.credential import Credential, Education
from webapp.domain.errors import Refused
from webapp.domain.listing import Control, Listing, TuitionBasis
from webapp.queries.listing import published_listings
from webapp.services.catalog import import_listings
from webapp.services.catalog_ipeds import Release, read_ipeds, web_address
from webapp.services.catalog_row import SourceRow

NAMES = {"directory": "hd2024.csv.gz", "completions": "c2024_a_computing.csv.gz", "tuition": "ic2023_ay.csv.gz"}
RELEASE = Release.of(**NAMES)
CREDENTIALS = {
    **dict.fromkeys(("1", "2", "4", "20", "21"), "undergraduate_certificate"),
    "3": "associate",
    "5": "bachelor",
    "6": "graduate_certificate",
    "7": "master",
    "8": "graduate_certificate",
    **dict.fromkeys(("17", "18", "19"), "doctorate"),
}
HD = "UNITID,INSTNM,CITY,STABBR,ZIP,WEBADDR,CONTROL,CYACTIVE,OPEFLAG,LATITUDE,LONGITUD"
C_A = "UNITID,CIPCODE,MAJORNUM,AWLEVEL,CTOTALT"
IC = "UNITID,TUITION2,FEE2,TUITION3,FEE3,TUITION6,FEE6,TUITION7,FEE7"


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def real_rows(stack: ExitStack, folder: Path) -> Iterator[SourceRow]:
    opened = {kind: stack.enter_context((folder / name).open("rb")) for kind, name in NAMES.items()}
    return read_ipeds(opened["directory"], opened["completions"], opened["tuition"], RELEASE)


def small(hd: str, c_a: str, ic: str = "") -> list[SourceRow]:
    """The rows of small files, which are the same however often they are read."""

    def found() -> list[SourceRow]:
        files = [io.BytesIO(f"{head}\n{body}".encode()) for head, body in ((HD, hd), (C_A, c_a), (IC, ic))]
        return list(read_ipeds(files[0], files[1], files[2], RELEASE))

    rows = found()
    assert found() == rows
    return rows


def only(rows: list[SourceRow]) -> Listing:
    (row,) = rows
    assert row.listing is not None, row.faults
    return row.listing


SCHOOL = "100,Fir College,Bend,OR,97701-1234,www.fir.edu,1,1,1,44.05,-121.3"


class TestRealFiles:
    def test_they_are_imported_as_counted_by_hand(self, session: Session, data_dir: Path) -> None:
        folder, clock = data_dir / "ipeds", SystemClock()
        with ExitStack() as stack:
            rows = list(real_rows(stack, folder))
        report = import_listings(session, clock, source="ipeds", filename="ipeds", rows=rows)
        active = {row["UNITID"]: row for row in table(folder / NAMES["directory"]) if row["CYACTIVE"] == "1"}
        completions = table(folder / NAMES["completions"])
        expected = {
            f"ipeds:{row['UNITID']}:{row['CIPCODE']}:{row['AWLEVEL']}": CREDENTIALS[row["AWLEVEL"]]
            for row in completions
            if row["UNITID"] in active
        }
        assert report.rows_read == len(completions) >= 20_000
        assert report.rows_read == report.added + report.refused + sum(report.set_aside.values())
        found = session.execute(text("SELECT program_id, credential FROM programs WHERE catalog_source = 'ipeds'"))
        assert {row.program_id: row.credential for row in found} == expected
        assert report.added == len(expected)
        institutions = session.execute(text("SELECT count(*) FROM institutions WHERE key LIKE 'ipeds:%'")).scalar_one()
        assert institutions == len({row["UNITID"] for row in completions})
        self._check_facts(session, active, {row["UNITID"]: row for row in table(folder / NAMES["tuition"])})

        again = import_listings(session, clock, source="ipeds", filename="ipeds", rows=rows)
        assert numbers(again) == (0, 0, 0, len(expected), 0)

    def _check_facts(
        self, session: Session, active: dict[str, dict[str, str]], charges: dict[str, dict[str, str]]
    ) -> None:
        controls = set()
        for listing in published_listings(session):
            unit, level = listing.program_id.split(":")[1], listing.program_id.split(":")[3]
            assert (listing.institution, listing.city) == (active[unit]["INSTNM"].strip(), active[unit]["CITY"].strip())
            assert (listing.modality, listing.months, listing.start_terms) == ((), None, ())
            assert listing.verified_on == date(2024, 6, 30)
            controls.add(listing.institution_control)
            prices = self._prices(charges.get(unit, {}), level)
            told = [listing.tuition_total_cents, listing.tuition_out_of_state_cents]
            assert [cents for cents in told if cents is not None] == [price * 100 for price in prices]
            if prices:
                assert listing.tuition_basis is TuitionBasis.INSTITUTION_AVERAGE
                assert listing.source_of("tuition_total_usd").as_of == "2023"
        assert controls == set(Control)

    @staticmethod
    def _prices(charges: dict[str, str], level: str) -> list[int]:
        """The price for students of the state, and that for others where it is higher."""
        columns = {"3": ("2", "3", 2), "5": ("2", "3", 4), "7": ("6", "7", 2)}.get(level)
        if columns is None:
            return []
        sums = []
        for column in columns[:2]:
            parts = [charges.get(f"{kind}{column}", "") for kind in ("TUITION", "FEE")]
            if all(part not in ("", ".") for part in parts):
                sums.append(sum(int(part) for part in parts))
        lowest = sums[:1]
        return [each * columns[2] for each in (*lowest, *(most for most in sums[1:] if most > lowest[0]))]


class TestTraps:
    def test_a_listing_says_what_the_files_say(self) -> None:
        listing = only(small(SCHOOL, "100,11.0701,1,7,12", "100,5000,100,9000,100,6000,200,12000,200"))
        assert listing.program_id == "ipeds:100:11.0701:7"
        assert listing.name == "Computer Science (master's degree)"
        assert (listing.url, listing.postal_code) == ("https://www.fir.edu", "97701-1234")
        assert (listing.institution_control, listing.title_iv) == (Control.PUBLIC, True)
        assert listing.tuition_total_cents == (6_000 + 200) * 2 * 100
        assert listing.tuition_out_of_state_cents == (12_000 + 200) * 2 * 100
        assert listing.price_span("OR") == (1_240_000, 1_240_000)
        assert listing.price_span("CA") == (2_440_000, 2_440_000)
        told = listing.source_of("tuition_total_usd").source or ""
        assert told == listing.source_of("tuition_out_of_state_usd").source
        assert "students of other states: $12,200" in told
        assert "not this program's price" in told
        assert listing.source_of("name").as_of == "2024-06-30"

    def test_no_awards_is_still_offered_and_a_price_of_zero_is_zero(self) -> None:
        listing = only(small(SCHOOL, "100,11.0701,1,5,0", "100,0,0,0,0,,,,"))
        assert listing.tuition_total_cents == 0

    @pytest.mark.parametrize("blank", ["", ".", "PrivacySuppressed", "-2"])
    def test_unknown_charges_stay_unknown(self, blank: str) -> None:
        charges = ",".join(["100", *[blank] * 8])
        assert only(small(SCHOOL, "100,11.0701,1,5,3", charges)).tuition_total_cents is None

    @pytest.mark.parametrize("level", ["1", "2", "4", "6", "8", "17", "18", "19", "20", "21"])
    def test_certificates_and_doctorates_have_no_total(self, level: str) -> None:
        listing = only(small(SCHOOL, f"100,11.0701,1,{level},3", "100,1,1,1,1,1,1,1,1"))
        assert listing.tuition_total_cents is None
        assert listing.credential.value == CREDENTIALS[level]

    def test_a_certificate_beyond_a_degree_asks_for_that_degree(self) -> None:
        rows = small(SCHOOL, "100,11.0701,1,6,3\n100,11.0701,1,8,3")
        assert [row.listing and row.listing.min_education for row in rows] == [Education.BACHELOR, Education.MASTER]
        assert {row.listing and row.listing.credential for row in rows} == {Credential.GRADUATE_CERTIFICATE}

    def test_a_second_major_is_the_same_program(self) -> None:
        rows = small(SCHOOL, "100,11.0701,1,5,3\n100,11.0701,2,5,1\n100,11.0101,2,5,1")
        assert [row.set_aside is not None for row in rows] == [False, True, False]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("999,11.0701,1,5,3", "institution not in the directory"),
            ("200,11.0701,1,5,3", "institution no longer active"),
            ("100,99,1,5,3", "total over fields, not one field of study"),
            ("100,11.07,1,5,3", "total over fields, not one field of study"),
            ("100,11.7777,1,5,3", "field of study not in CIP 2020"),
            ("100,11.0701,1,12,3", "award level we do not list"),
            ("100,11.0701,9,5,3", "not a row of the file"),
            ("100", "total over fields, not one field of study"),
        ],
    )
    def test_what_is_left_out_is_counted_with_its_reason(self, line: str, reason: str) -> None:
        closed = SCHOOL.replace("100,", "200,", 1).replace(",1,1,1,", ",1,3,1,")
        (row,) = small(f"{SCHOOL}\n{closed}", line)
        assert row.listing is None
        assert row.faults
        assert row.reason == (reason if line != "100" else "not a row of the file")

    def test_a_state_of_its_own_is_not_a_us_state(self) -> None:
        abroad = SCHOOL.replace(",OR,", ",PW,")
        listing = only(small(abroad, "100,11.0701,1,3,0"))
        assert (listing.country, listing.state) == ("PW", None)

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("www.fir.edu/", "https://www.fir.edu/"),
            ("HTTPS://fir.edu", "HTTPS://fir.edu"),
            ("www.south.edu/savannah#location=Savannah, GA", "https://www.south.edu/savannah"),
            ("www.br.org/nursing/ OR school of technology", ""),
            ("", ""),
            ("user@fir.edu", ""),
        ],
    )
    def test_web_addresses_get_a_scheme_or_stay_unknown(self, written: str, read: str) -> None:
        assert web_address(written) == read

    def test_older_releases_in_a_windows_code_page_are_read(self) -> None:
        files = [
            io.BytesIO(data)
            for data in (
                f"{HD} \n{SCHOOL.replace('Fir', 'Université')}".encode("cp1252"),
                f"{C_A}\n100,11.0701,1,5,1".encode(),
                f"{IC}\n".encode(),
            )
        ]
        assert only(list(read_ipeds(files[0], files[1], files[2], Release()))).institution == "Université College"

    def test_a_missing_column_names_file_and_column(self) -> None:
        with pytest.raises(Refused, match="completions: It has no column MAJORNUM, AWLEVEL"):
            list(read_ipeds(io.BytesIO(HD.encode()), io.BytesIO(b"UNITID,CIPCODE\n"), io.BytesIO(IC.encode()), RELEASE))

    def test_damaged_compression_is_told(self, data_dir: Path) -> None:
        broken = io.BytesIO((data_dir / "ipeds" / NAMES["directory"]).read_bytes()[:5000])
        with pytest.raises(Refused, match="compression is damaged"):
            list(read_ipeds(broken, io.BytesIO(C_A.encode()), io.BytesIO(IC.encode()), RELEASE))

    def test_a_compression_bomb_stops_at_the_limit(self) -> None:
        bomb = io.BytesIO(gzip.compress((HD + "\n").encode() + (SCHOOL + "\n").encode() * 200_000))
        with pytest.raises(Refused, match="larger than 1 MB"):
            list(read_ipeds(bomb, io.BytesIO(C_A.encode()), io.BytesIO(IC.encode()), RELEASE, max_bytes=1024 * 1024))
