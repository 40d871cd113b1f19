"""Processes of several containers count in one directory, although their process numbers are the same."""

import os
import subprocess
import sys
from pathlib import Path

COUNT = """
import sys
from webapp.observability import metrics
metrics.HOST = sys.argv[1]
metrics.SUBMISSIONS.labels("stored").inc(int(sys.argv[2]))
print(metrics.process_name())
"""
ADD_UP = "from webapp.observability.metrics import exposition; print(exposition().decode())"


def _run(directory: Path, code: str, *arguments: str) -> str:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(directory)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_counts_of_two_hosts_add_up(tmp_path: Path) -> None:
    first = _run(tmp_path, COUNT, "web", "2").strip()
    second = _run(tmp_path, COUNT, "worker", "3").strip()
    assert first.startswith("web-")
    assert second.startswith("worker-")
    assert {path.name for path in tmp_path.glob("counter_*.db")} >= {f"counter_{first}.db", f"counter_{second}.db"}
    assert 'submissions_total{result="stored"} 5.0' in _run(tmp_path, ADD_UP)
