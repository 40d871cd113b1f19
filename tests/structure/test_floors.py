"""The import contracts hold, and they bite: violations of each kind are planted in a copy of the tree and found."""

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


PLANTED = {
    "Workers sit on webapp, never the reverse": ["webapp.bootstrap -> workers.queues"],
    "The floors of webapp point down": [
        "webapp.domain.lead -> webapp.services.lead",
        "webapp.student.results -> webapp.admin.words",
    ],
    "The engine and the vocabulary are pure": ["webapp.domain.clock -> sqlalchemy"],
    "The engine reaches no partner": ["webapp.matching.ranking -> webapp.domain.terms"],
    "know no web framework": ["webapp.services.lead -> flask"],
    "Surfaces and tasks reach tables only through services": ["webapp.student.results -> webapp.models.lead"],
    "read settings": ["webapp.services.cap -> webapp.settings"],
    "Forms and widgets look nothing up": ["webapp.ui.fields -> webapp.queries.listing"],
}
"""By words of a contract's name: the imports that break it."""


def test_every_kind_of_violation_is_found(tree: Path) -> None:
    """All at once, for the linter reads the whole tree each time it is called."""
    (tree / "webapp/stray").mkdir()
    (tree / "webapp/stray/__init__.py").write_text('"""No floor."""\n')
    for planted in [each for several in PLANTED.values() for each in several]:
        importer, _, imported = planted.partition(" -> ")
        with (tree / importer.replace(".", "/")).with_suffix(".py").open("a") as file:
            file.write(f"\nimport {imported}\n")
    told = lint(tree)
    assert told.returncode != 0
    reports = _by_contract(told.stdout)
    for contract, several in PLANTED.items():
        (report,) = [words for name, words in reports.items() if contract in name]
        for planted in several:
            assert f"{planted} (" in report, report
    (report,) = [words for name, words in reports.items() if "every package has one" in name]
    assert "not listed as layers: - webapp.stray" in report


def _by_contract(told: str) -> dict[str, str]:
    """What the linter says of each broken contract, on one line, for it wraps long names and lines."""
    _, _, broken = told.partition("Broken contracts")
    parts = re.split(r"\n\n((?:[^\n]+\n)+?)(?:-+\n)+", broken)
    return {
        " ".join(name.split()): " ".join(words.split()) for name, words in zip(parts[1::2], parts[2::2], strict=True)
    }
