"""The listing file: every column read, every fault named, nothing lost on the way back."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given

from tests.factories.engine_inputs import listings
from webapp.domain.listing import COLUMNS, Bridge, FactSource, Listing, attribute_of
from webapp.domain.listing_row import ListingError, parse_row, to_row
from webapp.domain.profile import Modality
from webapp.domain.subject import Subject, SubjectLevel

LEAST = {
    "program_id": "alder-ds",
    "institution": "Alder College",
    "name": "MS in Data Science",
    "credential": "master",
    "cip": "30.7001",
}


def faults(**cells: str) -> dict[str, str]:
    with pytest.raises(ListingError) as caught:
        parse_row({**LEAST, **cells})
    return {fault.column: f"{fault.problem}; {fault.remedy}" for fault in caught.value.faults}


def test_the_columns_are_those_of_the_interface() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 45
    assert COLUMNS[0] == "program_id"
    assert COLUMNS[-1] == "verified_on"
    assert all(attribute_of(column) in Listing.__slots__ for column in COLUMNS)


@given(listings())
def test_a_listing_survives_the_file(listing: Listing) -> None:
    assert parse_row(to_row(listing)) == listing


@given(listings())
def test_a_listing_survives_csv(listing: Listing) -> None:
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    writer.writerow(to_row(listing))
    file.seek(0)
    assert [parse_row(row) for row in csv.DictReader(file)] == [listing]


def test_blank_is_unknown_and_zero_is_zero() -> None:
    blank = parse_row(LEAST)
    assert blank.tuition_total_cents is None
    assert blank.modality == ()
    assert parse_row({**LEAST, "tuition_total_usd": "0"}).tuition_total_cents == 0


def test_values_are_typed() -> None:
    listing = parse_row(
        {
            **LEAST,
            "tuition_total_usd": "12345.60",
            "modality": "online; hybrid",
            "bridge_for": "statistics;calculus:self_study;program:other-1",
            "states_authorized": "CA;ALL",
            "verified_on": "2026-10-01",
            "title_iv": "false",
            "req_statistics": "none",
        }
    )
    assert listing.tuition_total_cents == 1_234_560
    assert listing.modality == (Modality.ONLINE, Modality.HYBRID)
    assert listing.bridge_for == (
        Bridge(Subject.STATISTICS, SubjectLevel.ONE_COURSE),
        Bridge(Subject.CALCULUS, SubjectLevel.SELF_STUDY),
        Bridge(program_id="other-1"),
    )
    assert listing.states_authorized == ("ALL",)
    assert listing.verified_on == date(2026, 10, 1)
    assert listing.title_iv is False
    assert listing.requirement(Subject.STATISTICS) is SubjectLevel.NONE
    assert listing.requirement(Subject.CALCULUS) is None


def test_missing_required_columns_and_unknown_columns_are_all_named() -> None:
    with pytest.raises(ListingError) as caught:
        parse_row({"program_id": "a", "price_per_lead": "40", "partner": "yes"})
    assert {fault.column for fault in caught.value.faults} == {
        "price_per_lead",
        "partner",
        "institution",
        "name",
        "credential",
        "cip",
    }


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("program_id", "Has Capitals", "lower-case"),
        ("program_id", "x" * 81, "80"),
        ("credential", "masters", "bootcamp, professional_certificate"),
        ("cip", "11", "11.0102"),
        ("cip", "99.0102", "CIP"),
        ("url", "javascript:alert(1)", "https://"),
        ("url", "https://user:pw@school.example/", "link"),
        ("url", "ftp://school.example/", "link"),
        ("url", "https:///path", "link"),
        ("url", "https://[bad", "web address"),
        ("url", "https://school.example/" + "x" * 2000, "web address"),
        ("title_iv", "yes", "true or false"),
        ("modality", "online;remote", "online, hybrid, on_campus"),
        ("state", "ZZ", "US state"),
        ("state", "Calif", "two capital"),
        ("country", "usa", "two capital"),
        ("states_authorized", "CA;ZZ", "ALL"),
        ("months", "0", "more than 0"),
        ("months", "1e3", "plain number"),
        ("hours_per_week", "NaN", "plain number"),
        ("tuition_total_usd", "$30,000", "without commas"),
        ("tuition_total_usd", "-1", "out of range"),
        ("tuition_total_usd", "1.005", "two decimals"),
        ("tuition_total_usd", "٣", "plain number"),
        ("tuition_basis", "guess", "institution_average"),
        ("start_terms", "autumn", "fall"),
        ("start_terms", "2026-13", "YYYY-MM"),
        ("accepted_fields", "11;anything", "any_with_prerequisites"),
        ("min_gpa", "4.1", "out of range"),
        ("req_statistics", "unknown", "none, self_study"),
        ("min_english", "fluent", "native"),
        ("bridge_for", "physics", "programming"),
        ("bridge_for", "program:", "program_id"),
        ("topics", ";".join(f"t{n}" for n in range(41)), "at most 40"),
        ("topics", "x" * 81, "at most 80"),
        ("summary", "x" * 2001, "at most 2000"),
        ("summary", "two\nlines", "control character"),
        ("name", "a\u202eb", "control character"),
        ("outcome_rate", "90", "out of range"),
        ("outcome_sample", "1.5", "digits"),
        ("outcome_as_of", "2024-1", "YYYY-MM-DD"),
        ("verified_on", "01/10/2026", "YYYY-MM-DD"),
        ("verified_on", "2026-02-30", "YYYY-MM-DD"),
        ("latitude", "37.7", "both"),
        ("modality", ";", "no entry"),
    ],
)
def test_a_bad_cell_is_named_with_what_would_be_right(column: str, value: str, says: str) -> None:
    found = faults(**{column: value})
    assert list(found) == [column]
    assert says in found[column]


def test_states_abroad_are_not_held_against_the_us_list() -> None:
    assert parse_row({**LEAST, "state": "ON", "country": "CA"}).state == "ON"


def test_a_fact_names_its_own_source_before_the_outcome_s_and_the_row_s() -> None:
    listing = parse_row(
        {
            **LEAST,
            "outcome_rate": "0.9",
            "outcome_source": "Alder report",
            "outcome_as_of": "2025",
            "source": "Alder website",
            "verified_on": "2026-10-01",
        }
    )
    assert listing.source_of("months") == FactSource("Alder website", "2026-10-01")
    assert listing.source_of("outcome_rate") == FactSource("Alder report", "2025")
    own = Listing(
        **{**{s: getattr(listing, s) for s in Listing.__slots__}, "fact_sources": {"months": FactSource("x", "2024")}}
    )
    assert own.source_of("months") == FactSource("x", "2024")
