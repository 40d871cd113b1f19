"""Titles of fields of study, by six-digit code of the Classification of Instructional Programs (CIP 2020).

The table is data (`tables/cip_titles.csv`, with its source in `tables/README.md`), not code.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def cip_titles() -> Mapping[str, str]:
    """Every field's title by code `NN.NNNN`, in the order of the codes."""
    text = files("webapp.domain").joinpath("tables/cip_titles.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["cip"]: row["title"] for row in rows})


def find_title(cip: str) -> str | None:
    """The title of a field of study, or None where the classification has no such code."""
    return cip_titles().get(cip)
