"""The table of occupations, held against the government's crosswalk and wages."""

import csv

from tests.factories.real_catalogue import data_folder
from webapp.domain.credential import Credential
from webapp.domain.field import FIELDS
from webapp.domain.occupation import find_occupation, occupations


def test_every_strength_is_a_share_and_every_field_exists() -> None:
    for occupation in occupations().values():
        assert all(0 < strength <= 1 for strength in occupation.fields.values())
        assert all(cip[:2] in FIELDS for cip in occupation.fields)
        assert all(0 <= occupation.usual(credential) <= 1 for credential in Credential)
        assert max(occupation.credentials.values()) == 1
        assert occupation.plain_title
        assert occupation.note.endswith(".")


def test_titles_and_wages_are_the_government_s() -> None:
    with (data_folder() / "bls_oews_national_detailed_M2025.csv").open(encoding="utf-8") as file:
        wages = {row["OCC_CODE"]: row for row in csv.DictReader(file)}
    for soc, occupation in occupations().items():
        assert occupation.title == wages[soc]["OCC_TITLE"]
        assert occupation.median_wage_cents == int(wages[soc]["A_MEDIAN"]) * 100


def test_every_pair_of_the_crosswalk_is_at_least_as_strong_as_listed() -> None:
    with (data_folder() / "cip2020_soc2018_crosswalk.csv").open(encoding="utf-8") as file:
        pairs = [(row["CIP2020Code"], row["SOC2018Code"]) for row in csv.DictReader(file)]
    held = [(cip, soc) for cip, soc in pairs if soc in occupations()]
    assert len(held) > 380
    assert [(cip, soc) for cip, soc in held if occupations()[soc].relation(cip) < 0.8] == []


def test_the_longest_beginning_wins() -> None:
    data_scientist = occupations()["15-2051"]
    assert data_scientist.relation("30.7001") == 1
    assert data_scientist.relation("30.7199") == 0.8
    assert data_scientist.relation("54.0101") == 0


def test_an_occupation_outside_the_table_is_no_error() -> None:
    assert find_occupation("99-9999") is None
    assert find_occupation(None) is None
    assert {"15-1221", "15-1252", "15-1243", "15-2041", "15-2031", "15-1212", "25-1021"} <= set(occupations())
