"""A cap of 100 under 64 processes and 5,000 leads, with refusals, failures and returns: is it exact, and how fast?

Run: python -m benchmarks.caps [PROCESSES LEADS CAP]
"""

import json
import subprocess
import sys
import tempfile
import time

from benchmarks.table import opened, print_table
from webapp.embedded import running_servers
from webapp.upgrade import upgrade_database


def main() -> None:
    processes, leads, limit = (int(word) for word in sys.argv[1:4]) if len(sys.argv) > 3 else (64, 5_000, 100)
    with tempfile.TemporaryDirectory() as folder, running_servers(opened(folder), broker=False) as servers:
        upgrade_database(servers.database_url)
        command = [sys.executable, "-m", "tests.factories.cap_race", servers.database_url]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, str(processes), str(leads), str(limit)], check=True, capture_output=True, text=True
        )
        seconds = time.perf_counter() - began
    told = json.loads(done.stdout)
    rows = [[name, f"{told[name]:,}"] for name in sorted(told)]
    left = told["delivered"] - told["returned"]
    rows.append(["delivered minus returned", f"{left:,}"])
    print_table(f"{processes} processes, {leads:,} leads, a cap of {limit} ({seconds:.0f} s)", ["what", "leads"], rows)
    assert left == limit == told["counter"], "the cap is not exact"


if __name__ == "__main__":
    main()
