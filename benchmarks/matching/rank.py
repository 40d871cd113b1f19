"""CPU time to rank the top ten with reasons, beside a plain pass over the same bytes.

Run: python -m benchmarks.matching.rank [--million]
The smallest catalogue is the demo's, the next the real one; the larger are made of that, at other schools, with other
prices and terms.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded: one thread, as in a web process

import dataclasses
import gc
import sys
import time
from functools import partial

import numpy as np

from benchmarks.matching.catalogue import Tiled
from benchmarks.matching.timing import timed
from benchmarks.table import print_table
from tests.factories.demo_catalogue import demo_catalog
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.matching.columns import facts_of

SIZES, MILLION = (6_213, 100_000, 267_595), 1_000_000
PROFILE = Profile.from_json(
    {
        "goal": {"occupation": "15-2051", "words": "ML systems for hospitals", "interests": ["computer vision"]},
        "background": {"education": "bachelor", "field": "45", "gpa": 3.4, "work_years": 3, "english": "native"},
        "subjects": {"programming": "one_course", "statistics": "several_courses", "calculus": "one_course"},
        "practical": {
            "modalities": ["online", "hybrid"],
            "state": "CA",
            "postal_code": "94110",
            "radius_km": 80,
            "pace": "part_time",
            "hours_per_week": 15,
            "start_within_months": 6,
            "budget_usd": 30000,
            "months_max": 24,
        },
        "priorities": {"goal": "must", "cost": "important", "outcomes": "nice"},
    }
)


def columns_of(catalog: Catalog) -> list[np.ndarray]:
    """Every column that has a number for each row, those of the facets and cells too."""
    values = [getattr(catalog, field.name) for field in dataclasses.fields(catalog)]
    columns = [value for value in values if isinstance(value, np.ndarray)]
    return [*columns, *(facet.code for facet in catalog.facets), catalog.cells.order]


def plain_pass(columns: list[np.ndarray]) -> list[float]:
    """One sum over every column: the least a scan of the same bytes can cost."""
    return [float(column.sum()) for column in columns]


def as_the_first(catalog: Catalog) -> None:
    """Rank with nothing kept of what others answered."""
    catalog.memory.results.clear()
    catalog.admissions.memory.results.clear()
    rank(PROFILE, catalog, DEFAULT_WEIGHTS, counterfactuals=False)


def main() -> None:
    rows = []
    tiles = [Tiled(size) for size in ((*SIZES, MILLION) if "--million" in sys.argv[1:] else SIZES)]
    for listings in (demo_catalog().listings, *tiles):
        size = len(listings)
        facts = listings.facts if isinstance(listings, Tiled) else facts_of(listings)
        start = time.thread_time()
        catalog = Catalog.from_facts(facts, listings, "bench")
        build = time.thread_time() - start
        gc.collect()
        gc.freeze()  # as a process does that has loaded its catalogue
        columns = columns_of(catalog)
        lean = timed(partial(rank, PROFILE, catalog, DEFAULT_WEIGHTS, counterfactuals=False))
        first = timed(partial(as_the_first, catalog))
        full = timed(partial(rank, PROFILE, catalog, DEFAULT_WEIGHTS))
        plain = timed(partial(plain_pass, columns))
        times = [f"{number:.2f}" for number in (build, lean.p50, lean.p95, first.p95, full.p50, full.p95, plain.p50)]
        per_row = sum(column.nbytes for column in columns) / size
        rows.append([f"{size:,}", *times, f"{lean.p50 / plain.p50:.1f}", f"{per_row:.0f}"])
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print_table(
        f"The best ten with reasons, one thread, CPU ms (load {load})",
        ["programs", "build s", "p50", "p95", "first p95", "+what-ifs", "p95", "a plain pass", "x", "bytes each"],
        rows,
    )


if __name__ == "__main__":
    main()
