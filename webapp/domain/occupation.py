"""Occupations: which fields of study lead to them, and which credentials are usual for them.

The table is data (`tables/occupations.csv`, with its sources in `tables/README.md`), not code: another vertical is
another table. An occupation that is not in it has an unknown relation to everything, and is never an error.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from webapp.domain.credential import Credential


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation. `fields` maps a CIP code or its beginning to a strength in 0..1, `credentials` likewise."""

    soc: str
    title: str
    plain_title: str
    median_wage_cents: int
    fields: Mapping[str, float]
    credentials: Mapping[Credential, float]
    note: str

    def relation(self, cip: str) -> float:
        """How strongly a field of study leads here, 0..1, by the longest beginning of the code in the table."""
        for length in range(len(cip), 1, -1):
            strength = self.fields.get(cip[:length])
            if strength is not None:
                return strength
        return 0.0

    def usual(self, credential: Credential) -> float:
        """How usual a credential is for people who start in this occupation, 0..1."""
        return self.credentials[credential]


@cache
def occupations() -> Mapping[str, Occupation]:
    """Every occupation in the table, by SOC code, in the table's order."""
    text = files("webapp.domain").joinpath("tables/occupations.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["soc"]: _read(row) for row in rows})


def find_occupation(soc: str | None) -> Occupation | None:
    """The occupation of a SOC code, or None where the table does not have it."""
    return None if soc is None else occupations().get(soc)


def _read(row: Mapping[str, str]) -> Occupation:
    strengths = _pairs(row["credentials"])
    return Occupation(
        soc=row["soc"],
        title=row["title"],
        plain_title=row["plain_title"],
        median_wage_cents=int(row["median_wage_usd"]) * 100,
        fields=MappingProxyType(_pairs(row["fields"])),
        credentials=MappingProxyType({credential: strengths[credential.value] for credential in Credential}),
        note=row["note"],
    )


def _pairs(text: str) -> dict[str, float]:
    return {key: float(value) for key, value in (item.split(":") for item in text.split(";"))}
