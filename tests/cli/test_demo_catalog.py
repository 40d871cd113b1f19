"""The demo data: every school invented, every corner of the field covered, every row believable."""

import csv
import gzip
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from webapp.domain.listing import COLUMNS, Listing
from webapp.domain.listing_row import parse_row, to_row
from webapp.domain.partner import PartnerStatus

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "webapp" / "cli" / "demo"
DATA = Path(os.environ.get("PROGRAM_MATCH_DATA", ROOT.parent / "shared" / "data"))

SUBJECTS = ("programming", "statistics", "calculus", "linear_algebra", "databases", "machine_learning")
FACTS = (
    *("months", "hours_per_week", "tuition_total_usd", "start_terms", "min_education", "accepted_fields", "min_gpa"),
    *(f"req_{subject}" for subject in SUBJECTS),
    *("min_work_years", "min_english"),
)
"""Facts that a school could publish for every program: here a blank always means unknown."""
OUTCOMES = tuple(column for column in COLUMNS if column.startswith("outcome_"))
CREDENTIALS = {
    "bootcamp": (2, 12),
    "professional_certificate": (1, 14),
    "undergraduate_certificate": (2, 24),
    "associate": (18, 36),
    "bachelor": (24, 72),
    "graduate_certificate": (4, 18),
    "master": (9, 36),
    "doctorate": (36, 84),
}
"""Months that each credential may take."""
ENTRY = {
    "bootcamp": {"high_school"},
    "undergraduate_certificate": {"less_than_high_school", "high_school", "some_college", "associate"},
    "associate": {"high_school"},
    "bachelor": {"high_school", "some_college", "associate"},
    "graduate_certificate": {"bachelor"},
    "master": {"bachelor"},
    "doctorate": {"bachelor", "master"},
}
SINGLE_VALUED = ("institution_control", "title_iv", "city", "state", "postal_code", "country", "accreditor")
Row = dict[str, str]


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return _read(DEMO / "catalog.csv")


@pytest.fixture(scope="module")
def listings(rows: list[Row]) -> list[Listing]:
    return [parse_row(row) for row in rows]


@pytest.fixture(scope="module")
def partners() -> list[Row]:
    return _read(DEMO / "partners.csv")


def _known(rows: list[Row], column: str) -> list[float]:
    return [float(row[column]) for row in rows if row[column]]


def _plain(name: str) -> list[str]:
    return re.sub(r"[^a-z0-9 ]", "", name.lower().replace("&", " and ").replace("-", " ")).split()


def _real_institutions() -> Iterator[str]:
    with gzip.open(DATA / "ipeds" / "hd2024.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield row["INSTNM"]
            yield from row["IALIAS"].split("|")


class TestForm:
    def test_the_header_is_the_published_one(self) -> None:
        with (DEMO / "catalog.csv").open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == COLUMNS
        assert len(COLUMNS) == 45

    @pytest.mark.parametrize("name", ["catalog.csv", "partners.csv", "README.md"])
    def test_text_is_utf8_with_plain_line_ends(self, name: str) -> None:
        content = (DEMO / name).read_bytes()
        assert b"\r" not in content
        assert not content.startswith(b"\xef\xbb\xbf")
        assert content.decode("utf-8").endswith("\n")

    def test_no_cell_would_run_as_a_formula_or_carries_stray_spaces(self, rows: list[Row]) -> None:
        text = [row[c] for row in rows for c in ("institution", "name", "summary", "topics", "accreditor", "source")]
        assert [cell for cell in text if cell[:1] in {"=", "+", "-", "@"} or cell != " ".join(cell.split())] == []

    def test_every_row_reads_and_writes_back_the_same(self, listings: list[Listing]) -> None:
        assert len(listings) >= 180
        assert [listing.program_id for listing in listings if parse_row(to_row(listing)) != listing] == []

    def test_ids_and_pages_are_unique(self, rows: list[Row]) -> None:
        for column in ("program_id", "url"):
            assert [value for value, count in Counter(row[column] for row in rows).items() if count > 1] == []


class TestInvention:
    def test_everything_is_marked_as_demo(self, rows: list[Row]) -> None:
        for row in rows:
            assert row["program_id"].startswith("demo-")
            assert row["source"] == "Program Match demo catalogue (invented)"
            assert row["summary"].endswith(" Demo listing.")
            assert re.search(r"\((invented|demo)\)$", row["accreditor"])
            assert not row["outcome_source"] or row["outcome_source"].endswith("(invented)")

    def test_pages_and_addresses_can_never_resolve(self, rows: list[Row], partners: list[Row]) -> None:
        for row in rows:
            url = urlsplit(row["url"])
            assert url.scheme == "https"
            assert re.fullmatch(r"[a-z][a-z0-9-]*\.example", url.netloc)
            assert row["program_id"].split("-")[1] == url.netloc.removesuffix(".example")
        for partner in partners:
            assert partner["contact_email"].endswith(f"@{partner['slug']}.example")

    def test_no_name_is_that_of_a_real_institution(self, rows: list[Row]) -> None:
        real = {" ".join(_plain(name)) for name in _real_institutions()}
        real_words = {word for name in real for word in name.split()}
        assert len(real) > 6000
        for institution in {row["institution"] for row in rows}:
            words = _plain(institution)
            assert " ".join(words) not in real
            assert set(words) - real_words, f"{institution} is made of real institutions' words only"


class TestCoverage:
    def test_institutions_places_and_fields(self, rows: list[Row]) -> None:
        assert len({row["institution"] for row in rows}) >= 55
        assert len({row["state"] for row in rows if row["country"] == "US"}) >= 35
        assert {row["country"] for row in rows} >= {"US", "CA", "GB", "DE", "NL", "IE"}
        assert len({row["cip"] for row in rows}) >= 18

    def test_fields_are_real_codes(self, rows: list[Row]) -> None:
        real = {row["CIP2020Code"] for row in _read(DATA / "cip2020_soc2018_crosswalk.csv")}
        assert {row["cip"] for row in rows} - real == set()

    def test_every_credential_is_offered_often(self, rows: list[Row]) -> None:
        counts = Counter(row["credential"] for row in rows)
        assert set(counts) == set(CREDENTIALS)
        assert min(counts.values()) >= 10

    @pytest.mark.parametrize(
        ("column", "values"),
        [
            ("modality", {"online", "hybrid", "on_campus"}),
            ("pace", {"full_time", "part_time"}),
            ("tuition_basis", {"program", "institution_average", "per_credit"}),
            ("institution_control", {"public", "private_nonprofit", "private_for_profit"}),
            ("title_iv", {"true", "false"}),
            ("start_terms", {"fall", "winter", "spring", "summer", "rolling", "monthly"}),
        ],
    )
    def test_every_value_occurs_often(self, rows: list[Row], column: str, values: set[str]) -> None:
        counts = Counter(value for row in rows for value in row[column].split(";"))
        assert {value for value in values if counts[value] < 3} == set()

    def test_prices_span_free_to_dear(self, rows: list[Row]) -> None:
        prices = _known(rows, "tuition_total_usd")
        assert (min(prices), max(prices)) == (0, 95_000)
        for low, high in [(1, 1_000), (1_000, 5_000), (5_000, 15_000), (15_000, 40_000), (40_000, 95_001)]:
            assert sum(low <= price < high for price in prices) >= 10
        free = [r for r in rows if r["tuition_total_usd"] == "0" and r["institution_control"] == "public"]
        assert len([row for row in free if row["credential"] != "doctorate"]) >= 5

    def test_bridges_reach_every_subject_and_a_program(self, rows: list[Row]) -> None:
        bridges = [row for row in rows if row["bridge_for"]]
        assert len(bridges) >= 20
        targets = Counter(target.split(":")[0] for row in bridges for target in row["bridge_for"].split(";"))
        assert min(targets[subject] for subject in SUBJECTS) >= 3
        ids = {row["program_id"] for row in rows}
        named = re.findall(r"program:([^;\n]+)", "\n".join(row["bridge_for"] for row in rows))
        assert named
        assert set(named) <= ids
        assert sum(price <= 4_000 for price in _known(bridges, "tuition_total_usd")) >= 20

    def test_masters_differ_in_whom_they_admit(self, rows: list[Row]) -> None:
        fields = [row["accepted_fields"] for row in rows if row["credential"] == "master"]
        assert sum(field == "any_with_prerequisites" for field in fields) >= 12
        assert sum(field == "any" for field in fields) >= 5
        assert sum(bool(re.fullmatch(r"\d\d(;\d\d)*", field)) for field in fields) >= 15

    def test_topics_are_varied(self, rows: list[Row]) -> None:
        topics = Counter(topic for row in rows for topic in row["topics"].split(";"))
        assert all(row["topics"] for row in rows)
        assert len(topics) >= 50
        wanted = (
            "computer vision;natural language processing;healthcare;robotics;recommender systems;MLOps;time series;"
            "causal inference;geospatial;education data;fairness;databases;streaming;reinforcement learning;"
            "bioinformatics;finance"
        )
        assert [topic for topic in wanted.split(";") if topics[topic] < 2] == []

    def test_a_tenth_of_the_facts_is_unknown_but_never_a_whole_row(self, rows: list[Row]) -> None:
        blanks = [sum(not row[column] for column in FACTS) for row in rows]
        assert 0.08 <= sum(blanks) / (len(rows) * len(FACTS)) <= 0.12
        assert max(blanks) <= 4
        assert [column for column in FACTS if all(row[column] for row in rows)] == []

    def test_about_half_have_outcomes_of_varied_weight(self, rows: list[Row]) -> None:
        measured = [row for row in rows if any(row[column] for column in OUTCOMES)]
        assert 0.4 <= len(measured) / len(rows) <= 0.6
        assert len({row["outcome_source"] for row in measured}) >= 4
        samples = _known(rows, "outcome_sample")
        assert (min(samples), max(samples)) == (8, 900)

    def test_some_facts_are_fresh_and_some_are_old(self, rows: list[Row]) -> None:
        days = [date.fromisoformat(row["verified_on"]) for row in rows]
        assert min(days) >= date(2025, 9, 1)
        assert max(days) <= date(2026, 11, 30)
        assert 0.02 <= sum(day < date(2026, 6, 1) for day in days) / len(days) <= 0.2

    def test_summaries_are_written_one_by_one(self, rows: list[Row]) -> None:
        summaries = [row["summary"] for row in rows]
        assert len(set(summaries)) == len(summaries)
        assert min(len(summary.split()) for summary in summaries) >= 12
        assert [
            s for s in summaries if re.search(r"(?i)world.class|cutting.edge|dream|unlock|best|!|guarantee", s)
        ] == []


class TestConsistency:
    def test_length_fits_the_credential(self, rows: list[Row]) -> None:
        for row in rows:
            low, high = CREDENTIALS[row["credential"]]
            assert not row["months"] or low <= float(row["months"]) <= high, row["program_id"]

    def test_entry_fits_the_credential(self, rows: list[Row]) -> None:
        for row in rows:
            allowed = ENTRY.get(row["credential"])
            assert not row["min_education"] or allowed is None or row["min_education"] in allowed, row["program_id"]

    def test_a_doctorate_asks_for_a_master_or_a_strong_bachelor(self, rows: list[Row]) -> None:
        for row in rows:
            if row["credential"] == "doctorate" and row["min_education"] == "bachelor" and row["min_gpa"]:
                assert float(row["min_gpa"]) >= 3.3, row["program_id"]

    def test_weekly_hours_fit_the_pace(self, rows: list[Row]) -> None:
        bounds = {"full_time": (25, 50), "part_time": (3, 24), "full_time;part_time": (12, 40)}
        for row in rows:
            low, high = bounds[row["pace"]]
            assert not row["hours_per_week"] or low <= float(row["hours_per_week"]) <= high, row["program_id"]

    def test_every_listing_has_a_place_and_distance_learning_says_where_students_may_live(
        self, rows: list[Row]
    ) -> None:
        for row in rows:
            assert row["city"]
            assert row["postal_code"]
            assert row["latitude"]
            assert row["longitude"]
            assert row["state"] or row["country"] not in {"US", "CA"}
            assert row["modality"] != "on_campus" or not row["states_authorized"]
            assert "online" not in row["modality"] or row["states_authorized"], row["program_id"]

    def test_us_places_are_where_their_postal_code_is(self, rows: list[Row]) -> None:
        places = {row["zip"]: row for row in _read(DATA / "us_zip_geonames.csv")}
        for row in rows:
            if row["country"] == "US":
                place = places[row["postal_code"]]
                assert (row["city"], row["state"]) == (place["place"], place["state"])
                assert abs(float(row["latitude"]) - float(place["lat"])) < 0.1
                assert abs(float(row["longitude"]) - float(place["lon"])) < 0.1

    def test_one_institution_has_one_set_of_facts(self, rows: list[Row]) -> None:
        facts = defaultdict(set)
        for row in rows:
            facts[row["institution"]].add(tuple(row[column] for column in SINGLE_VALUED))
        assert [institution for institution, seen in facts.items() if len(seen) > 1] == []

    def test_a_price_has_a_basis_and_an_outcome_has_a_source(self, rows: list[Row]) -> None:
        for row in rows:
            assert bool(row["tuition_total_usd"]) == bool(row["tuition_basis"])
            stated = bool(row["outcome_median_salary_usd"] or row["outcome_rate"])
            assert stated == bool(row["outcome_sample"] and row["outcome_source"] and row["outcome_as_of"])
            assert row["outcome_as_of"] <= row["verified_on"]


class TestPartners:
    def test_partners_are_twelve_schools_of_the_catalogue(self, rows: list[Row], partners: list[Row]) -> None:
        controls = {row["institution"]: row["institution_control"] for row in rows}
        assert len(partners) == len({partner["slug"] for partner in partners}) == 12
        assert {partner["institution"] for partner in partners} <= set(controls)
        assert len({controls[partner["institution"]] for partner in partners}) >= 2
        pages = {row["institution"]: urlsplit(row["url"]).netloc for row in rows}
        assert all(pages[partner["institution"]] == f"{partner['slug']}.example" for partner in partners)

    def test_terms_are_usable(self, partners: list[Row]) -> None:
        for partner in partners:
            assert ZoneInfo(partner["time_zone"]).key == partner["time_zone"]
            assert 0 < int(partner["daily_cap"]) <= int(partner["monthly_cap"])
            assert int(partner["price_cents"]) > 0
            assert re.fullmatch(r"[A-Z]{3}", partner["currency"])
            assert partner["legal_name"].endswith("(invented)")
        statuses = Counter(PartnerStatus(partner["status"]) for partner in partners)
        assert statuses == {PartnerStatus.LIVE: 10, PartnerStatus.TEST: 1, PartnerStatus.PAUSED: 1}
