"""The demo catalogue as the engine sees it."""

import csv
from functools import cache
from pathlib import Path

from webapp.domain.listing import Listing
from webapp.domain.listing_row import parse_row
from webapp.matching import Catalog

_FILE = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"


@cache
def demo_listings() -> tuple[Listing, ...]:
    """Every listing of the demo."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(parse_row(row) for row in csv.DictReader(file))


@cache
def demo_catalog() -> Catalog:
    """The snapshot of all of them."""
    return Catalog.from_listings(demo_listings(), "demo")
