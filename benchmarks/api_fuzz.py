"""The programming interface under thousands of requests made from its own document: no failure, nothing undocumented.

CASES is how many requests fit and how many do not, for each operation.
"""

import os
import tempfile
import time
from collections import Counter

from benchmarks.table import opened, print_table
from tests.api.fuzz import fuzz
from tests.api.world import make_runtime, make_world
from webapp.app import create_app
from webapp.embedded import running_servers
from webapp.upgrade import upgrade_database


def main() -> None:
    cases = int(os.environ.get("CASES", "120"))
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        runtime = make_runtime(servers.database_url)
        world, app = make_world(runtime), create_app(runtime.settings, runtime=runtime)
        started = time.perf_counter()
        told = fuzz(
            app, key=world.live.key, ids=[world.live.ids(), world.rival.ids(), world.test.ids()], examples=cases
        )
        seconds = time.perf_counter() - started
        runtime.engine.dispose()
    by_operation: dict[str, Counter[int]] = {}
    for (operation, status), count in told.items():
        by_operation.setdefault(operation, Counter())[status] += count
    print_table(
        f"{told.total():,} requests in {seconds:.0f} s: 0 server errors, 0 undocumented answers",
        ["operation", "requests", "answers"],
        [
            [name, str(counts.total()), ", ".join(f"{count} x {status}" for status, count in sorted(counts.items()))]
            for name, counts in by_operation.items()
        ],
    )


if __name__ == "__main__":
    main()
