"""What an occupation pays in the United States: jobs counted and the spread of yearly wages, all experience levels.

The table is data (`tables/wages.csv`, with its source in `tables/README.md`), not code.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

WAGES_AS_OF = "2025-05"
"""The month the survey speaks of."""


@dataclass(frozen=True, slots=True)
class Wage:
    """One occupation. A tenth earns less than `p10_cents` a year, half less than `median_cents`, a tenth more than
    `p90_cents`."""

    soc: str
    title: str
    jobs: int
    p10_cents: int
    median_cents: int
    p90_cents: int


@cache
def wages() -> Mapping[str, Wage]:
    """Every occupation in the table by SOC code, in the table's order."""
    text = files("webapp.domain").joinpath("tables/wages.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["soc"]: _read(row) for row in rows})


def _read(row: Mapping[str, str]) -> Wage:
    return Wage(
        soc=row["soc"],
        title=row["title"],
        jobs=int(row["jobs"]),
        p10_cents=int(row["p10_usd"]) * 100,
        median_cents=int(row["median_usd"]) * 100,
        p90_cents=int(row["p90_usd"]) * 100,
    )
