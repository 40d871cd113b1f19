"""Rules of the house that a reader would otherwise have to remember."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FUNCTION = 60
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in files(folder):
            yield path.relative_to(ROOT), parsed(path)


def nodes(*folders: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of every module, with where it stands."""
    for folder in folders:
        for path in files(folder):
            name = path.relative_to(ROOT)
            for node in walked(path):
                yield name, node


@cache
def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def walked(path: Path) -> list[ast.AST]:
    return list(ast.walk(parsed(path)))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(*folders: str) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return ((path, node) for path, node in nodes(*folders) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("folder", ["webapp/services", "webapp/queries", "webapp/emails", "webapp/matching"])
def test_no_service_ends_a_transaction(folder: str) -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, node in nodes(folder)
        if isinstance(node, ast.Attribute) and node.attr in ("commit", "rollback")
    ]
    # A dry run is taken back to its own savepoint; the caller's transaction is not touched.
    assert [each for each in found if not each.startswith("webapp/services/catalog")] == []


def test_no_import_hides_in_a_function() -> None:
    found = [
        f"{path}:{node.lineno} from {node.module}"
        for path, function in functions("webapp", "workers")
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("webapp", "workers")
    ]
    assert found == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    """Such a circle is found by whoever imports its members in another order, and by nobody before."""
    trees = {".".join(path.with_suffix("").parts): tree for path, tree in modules("webapp", "workers")}
    circle = {name: _imported(tree) & trees.keys() for name, tree in trees.items()}
    while loose := {name for name in circle if not circle[name] or not any(name in each for each in circle.values())}:
        circle = {name: wanted - loose for name, wanted in circle.items() if name not in loose}
    assert sorted(circle) == []


def _imported(tree: ast.Module) -> set[str]:
    """What a module imports as it is imported itself."""
    found = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return {name for node in found for each in node.names for name in (str(node.module), f"{node.module}.{each.name}")}


def test_no_drawer_for_odds_and_ends() -> None:
    found = [path for path, _ in modules("webapp", "workers") if FORBIDDEN_NAMES & set(path.with_suffix("").parts)]
    assert found == []


def test_functions_fit_a_screen() -> None:
    found = [
        f"{path}:{function.lineno} {function.name} has {function.end_lineno - function.lineno + 1} lines"
        for path, function in functions("webapp", "workers")
        if function.end_lineno and function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    found = [path for path, tree in modules("webapp", "workers") if tree.body and not ast.get_docstring(tree)]
    assert found == []


def test_templates_put_nothing_out_unescaped() -> None:
    """`| safe` is for constants of ours; each use is listed here with its reason by being a plain literal."""
    pattern = re.compile(r"\{\{(?!\s*'[^'{}]*'\s*\|\s*safe)[^}]*\|\s*safe\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:100]}"
        for path in ROOT.glob("webapp/**/templates/**/*.html")
        for line in path.read_text().splitlines()
        if pattern.search(line)
    ]
    assert found == []


def test_no_skips_and_no_patches_of_our_own_code() -> None:
    skip = re.compile(r"pytest\.(" + "sk" + "ip|xf" + r"ail)\b|mark\.(" + "sk" + "ip|xf" + "ail)|mock" + r"\.patch\(")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files("tests")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if skip.search(line)
    ]
    assert found == []


def test_only_staff_can_tell_a_seed() -> None:
    """A partner that could tell a mystery student from a real one would treat it better (docs/decisions/0045)."""
    may = {
        *("webapp/models/lead.py", "webapp/services/seed.py", "webapp/services/complaint.py"),
        *("webapp/queries/scorecard_rows.py", "webapp/queries/scorecard_counts.py"),
        *("webapp/queries/leads.py", "webapp/services/invoice.py"),
        *("webapp/queries/learning.py", "webapp/queries/replay.py"),  # what our own mystery students ask is no wish
    }
    found = {
        str(path)
        for path, node in nodes("webapp", "workers")
        if isinstance(node, ast.Attribute) and node.attr == "seed"
    }
    assert found - may == set()


def test_the_codes_own_weights_are_named_where_no_version_is_asked_for() -> None:
    """Whatever ranks for somebody takes the live weights: `Runtime.weights`, `live_weights` (docs/decisions/0064)."""
    may = {
        "webapp/cli/match.py",  # ranks a file, without a database
        "webapp/queries/weights.py",  # before any version was published
    }
    found = {
        str(path)
        for path, node in nodes("webapp", "workers")
        if isinstance(node, ast.Name) and node.id == "DEFAULT_WEIGHTS" and path.parts[1] != "matching"
    }
    assert found == may


def test_weights_go_live_by_the_hand_of_staff_alone() -> None:
    """Nothing that learns, imports or is scheduled may publish weights (docs/decisions/0066)."""
    found = {
        str(path)
        for path, node in nodes("webapp", "workers")
        if (isinstance(node, ast.ImportFrom) and node.module == "webapp.services.weights")
        or (
            isinstance(node, ast.Attribute)
            and node.attr in ("publish", "go_back")
            and isinstance(node.value, ast.Name)
            and node.value.id == "weights"
        )
    }
    assert found == {"webapp/admin/weights.py"}
