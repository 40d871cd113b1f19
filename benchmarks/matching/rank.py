"""Time to rank the top ten with reasons, beside a plain pass over the same bytes and a pure-Python loop.

Run: python -m benchmarks.matching.rank
The catalogue is the real one where the shared data is at hand, repeated under new ids for the larger sizes.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is loaded: one thread, as in a web process

import dataclasses
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from tests.factories.real_catalogue import real_listings
from webapp.domain.listing import Listing
from webapp.domain.profile import Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank

SIZES = (160, 6_213, 100_000)
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


def listings_of(size: int) -> list[Listing]:
    """That many listings: real ones, with the id changed from the second round on."""
    real = real_listings()
    rounds = [
        dataclasses.replace(listing, program_id=f"{turn}:{listing.program_id}")
        for turn in range(1, size // len(real) + 1)
        for listing in real
    ]
    return [*real, *rounds][:size]


def timed(run: Callable[[], object], seconds: float = 3.0) -> tuple[float, float]:
    """p50 and p95 in milliseconds, over as many runs as fit."""
    run()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 1000):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def columns_of(catalog: Catalog) -> list[np.ndarray]:
    """Every per-row column of the snapshot."""
    values = (getattr(catalog, field.name) for field in dataclasses.fields(catalog))
    return [value for value in values if isinstance(value, np.ndarray)]


def plain_pass(columns: list[np.ndarray]) -> list[float]:
    """One sum over every column: the least a scan of the same bytes can cost."""
    return [float(column.sum()) for column in columns]


def python_loop(listings: list[Listing]) -> list[tuple[float, str]]:
    """What a plain loop costs that looks only at price, length and field: far less than the engine does."""
    budget, limit = 3_000_000, 24.0
    scored = []
    for listing in listings:
        cost = 0.4 if listing.tuition_total_cents is None else max(0.0, 1 - listing.tuition_total_cents / budget / 1.5)
        length = 0.4 if listing.months is None else max(0.0, 1 - listing.months / limit / 1.5)
        goal = 1.0 if listing.cip.startswith(("30.70", "11.01")) else 0.3
        scored.append((0.3 * cost + 0.3 * length + 0.4 * goal, listing.program_id))
    return sorted(scored, reverse=True)[:10]


def main() -> None:
    names = (
        "build s",
        "bytes/row",
        "rank p50",
        "p95 ms",
        "+what-ifs",
        "p95 ms",
        "one numpy pass",
        "x",
        "python loop",
        "x",
    )
    widths = (9, 9, 9, 7, 9, 7, 14, 6, 11, 6)
    print("programs", *(f"{name:>{width}}" for name, width in zip(names, widths, strict=True)), sep="  ")
    for size in SIZES:
        listings = listings_of(size)
        start = time.perf_counter()
        catalog = Catalog.from_listings(listings, "bench")
        build = time.perf_counter() - start
        columns = columns_of(catalog)
        per_row = sum(column.nbytes for column in columns) / size
        lean, lean95 = timed(partial(rank, PROFILE, catalog, DEFAULT_WEIGHTS, counterfactuals=False))
        full, full95 = timed(partial(rank, PROFILE, catalog, DEFAULT_WEIGHTS))
        plain, _ = timed(partial(plain_pass, columns))
        loop, _ = timed(partial(python_loop, listings))
        print(
            f"{size:>8,}  {build:9.3f}  {per_row:9.0f}  {lean:9.2f}  {lean95:7.2f}  {full:9.2f}  {full95:7.2f}", end=""
        )
        print(f"  {plain:14.3f}  {lean / plain:6.1f}  {loop:11.2f}  {loop / lean:6.2f}")


if __name__ == "__main__":
    main()
