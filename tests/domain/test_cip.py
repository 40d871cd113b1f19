"""Titles of fields of study, held against the published crosswalk."""

import csv
import re
from pathlib import Path

from webapp.domain.cip import cip_titles, find_title
from webapp.domain.field import FIELDS


def test_every_field_of_the_crosswalk_has_its_title(data_dir: Path) -> None:
    with (data_dir / "cip2020_soc2018_crosswalk.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["CIP2020Code"]: row["CIP2020Title"].rstrip(".") for row in csv.DictReader(file)}
    told.pop("99.9999", None)
    assert dict(cip_titles()) == {code: " ".join(title.split()) for code, title in told.items()}
    assert len(told) > 2000


def test_codes_are_well_formed_and_in_known_families() -> None:
    assert all(re.fullmatch(r"\d{2}\.\d{4}", code) and code[:2] in FIELDS for code in cip_titles())


def test_a_code_that_is_not_in_the_classification_has_no_title() -> None:
    assert find_title("11.0701") == "Computer Science"
    assert find_title("11.7777") is None
