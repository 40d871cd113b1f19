"""CPU time of a call: of the thread that asks, and of the PostgreSQL process that answers it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.table import percentile

LEAST, MOST = 3, 400
PATIENCE = 2.0
"""Where one run takes more seconds than this, so few are made as can be compared, and none to warm up."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of CPU, so that other work on the machine counts little."""

    p50: float
    p95: float
    runs: int


def timed(run: Callable[[], object], seconds: float = 3.0, backend: int | None = None) -> Timing:
    """As many runs as fit the time, after two to warm up. `backend` is the id of a PostgreSQL process here.

    A slow way, which the caller has tried once already, is run LEAST times and no more.
    """

    def once() -> float:
        start, served = time.thread_time_ns(), _served(backend)
        run()
        return (time.thread_time_ns() - start + _served(backend) - served) / 1e6

    began = time.perf_counter()
    times = [once()]
    if time.perf_counter() - began < PATIENCE:
        once()
        times.clear()
    end = time.perf_counter() + seconds
    while len(times) < LEAST or (time.perf_counter() < end and len(times) < MOST):
        times.append(once())
    return Timing(percentile(times, 50), percentile(times, 95), len(times))


def _served(backend: int | None) -> int:
    """Nanoseconds on a CPU so far, as the Linux scheduler counts them."""
    return 0 if backend is None else int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])
