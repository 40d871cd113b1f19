"""The table of wages, held against the government's file."""

import csv
from pathlib import Path

from webapp.domain.occupation import occupations
from webapp.domain.wage import wages


def test_every_cell_is_the_government_s(data_dir: Path) -> None:
    with (data_dir / "bls_oews_national_detailed_M2025.csv").open(encoding="utf-8") as file:
        published = {row["OCC_CODE"]: row for row in csv.DictReader(file)}
    assert len(wages()) >= 4
    for soc, wage in wages().items():
        row = published[soc]
        assert wage.title == row["OCC_TITLE"]
        assert wage.jobs == int(row["TOT_EMP"])
        cents = [wage.p10_cents, wage.median_cents, wage.p90_cents]
        assert cents == [100 * int(row[column]) for column in ("A_PCT10", "A_MEDIAN", "A_PCT90")]
        assert cents == sorted(cents)


def test_it_agrees_with_the_table_of_occupations() -> None:
    for soc, wage in wages().items():
        assert wage.median_cents == occupations()[soc].median_wage_cents
