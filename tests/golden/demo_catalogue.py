"""The invented catalogue whose listings are graded."""

import csv
from functools import cache
from pathlib import Path

from webapp.domain.listing import Listing
from webapp.domain.listing_row import parse_row
from webapp.matching import Catalog

DEMO = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"


@cache
def demo_listings() -> tuple[Listing, ...]:
    """All listings of the demo catalogue, in the file's order."""
    with DEMO.open(encoding="utf-8", newline="") as file:
        return tuple(parse_row(row) for row in csv.DictReader(file))


@cache
def demo_catalog() -> Catalog:
    """The snapshot of the demo catalogue."""
    return Catalog.from_listings(demo_listings(), "demo")
