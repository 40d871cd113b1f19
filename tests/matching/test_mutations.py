"""The tests bite: deliberate bugs are planted in a copy of the engine, one at a time, and each is caught by a test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.factories.real_catalogue import data_folder

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = "60"
"""How often each law is tried here: a bug that a law finds only in hundreds of tries is caught too late."""


@dataclass(frozen=True, slots=True)
class Bug:
    """What is planted where, and the tests that must fail."""

    name: str
    file: str
    right: str
    wrong: str
    caught_by: tuple[str, ...]


BUGS = (
    Bug(
        "sign of a weight",
        "webapp/matching/weights.py",
        "nice=0.75)",
        "nice=-0.75)",
        ("test_order_laws.py::test_raising_every_priority_alike_changes_nothing",),
    ),
    Bug(
        "unknown as zero",
        "webapp/matching/assessment.py",
        "np.where(known, value, PRIOR)",
        "np.where(known, value, 0.0)",
        ("test_criteria.py::test_cost_unknown_is_the_prior_and_zero_is_real",),
    ),
    Bug(
        "off by one in a subject's level",
        "webapp/matching/entry.py",
        'f"subjects.{subject} >= program.req_{subject}"',
        'f"subjects.{subject} > program.req_{subject}"',
        ("test_rules.py::test_verdicts",),
    ),
    Bug(
        "price in the tie-break",
        "webapp/matching/low_cost.py",
        "catalog.verified[rows]",
        "-catalog.tuition[rows]",
        ("test_catalogue_laws.py::test_an_ignored_price_has_no_influence",),
    ),
    Bug(
        "outcome not shrunk",
        "webapp/matching/criteria/outcomes.py",
        "shrunk = (people * value + SHRINKAGE * PRIOR) / (people + SHRINKAGE)",
        "shrunk = value",
        ("test_criteria.py::test_outcomes_are_shrunk_by_sample_and_source",),
    ),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and of its tests, which pass. What is compiled comes along: copies keep their times."""
    made = tmp_path_factory.mktemp("mutations")
    for name in ("webapp", "tests/factories", "tests/matching"):
        shutil.copytree(ROOT / name, made / name, ignore=shutil.ignore_patterns("static"))
    shutil.copy(ROOT / "tests/__init__.py", made / "tests")
    shutil.copy(ROOT / "pyproject.toml", made)
    passed = tried(made, dict.fromkeys(test for bug in BUGS for test in bug.caught_by), keep_compiled=True)
    assert passed.returncode == 0, passed.stdout
    return made


def tried(tree: Path, tests: Iterable[str], *, keep_compiled: bool = False) -> subprocess.CompletedProcess[str]:
    """These tests of the engine, run on the copy. They need no plugin of pytest's and none of the shared fixtures.

    Compiled modules are kept of the sound copy only: a bug of the same length planted within the same second would else
    go unseen.
    """
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--noconftest", *(f"tests/matching/{test}" for test in tests)],
        cwd=tree,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            "PYTHONPATH": str(tree),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "" if keep_compiled else "1",
            "PROGRAM_MATCH_DATA": str(data_folder()),
            "LAW_EXAMPLES": EXAMPLES,
            "LAW_SHRINK": "no",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(tree: Path, bug: Bug) -> None:
    file = tree / bug.file
    sound = file.read_text()
    assert sound.count(bug.right) == 1, f"{bug.file} has changed: say anew where to plant “{bug.name}”"
    file.write_text(sound.replace(bug.right, bug.wrong))
    try:
        told = tried(tree, bug.caught_by)
    finally:
        file.write_text(sound)
    assert told.returncode == 1, told.stdout  # 1: tests failed; anything else is a broken copy
    for test in bug.caught_by:
        assert f"FAILED tests/matching/{test}" in told.stdout, told.stdout
