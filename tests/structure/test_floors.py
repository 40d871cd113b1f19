"""The import contracts hold, and they bite: each kind of violation is planted in a copy of the tree and found."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINTER), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("webapp", "workers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static", "*.csv"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_as_it_is_keeps_every_contract(tree: Path) -> None:
    told = lint(tree)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize(
    ("path", "line", "contract"),
    [
        ("webapp/stray/__init__.py", '"""No floor."""', "The floors of webapp"),
        ("webapp/domain/lead.py", "import webapp.services.lead", "The floors of webapp"),
        ("webapp/domain/clock.py", "import sqlalchemy", "are pure"),
        ("webapp/matching/ranking.py", "import webapp.domain.terms", "reaches no partner"),
        ("webapp/services/lead.py", "import flask", "know no web framework"),
        ("webapp/student/results.py", "import webapp.models.lead", "only through services"),
        ("webapp/services/cap.py", "import webapp.settings", "read settings"),
        ("webapp/bootstrap.py", "import workers.queues", "never the reverse"),
        ("webapp/ui/fields.py", "import webapp.queries.listing", "look nothing up"),
        ("webapp/student/results.py", "import webapp.admin.words", "The floors of webapp"),
    ],
)
def test_a_violation_is_found(tree: Path, path: str, line: str, contract: str) -> None:
    target = tree / path
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as file:
        file.write(f"\n{line}\n")
    told = lint(tree)
    assert told.returncode != 0
    said = " ".join(told.stdout.split())  # long names are wrapped
    assert re.search(rf"{contract}(?:(?!KEPT|BROKEN).)*BROKEN", said), told.stdout
