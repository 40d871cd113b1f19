"""The shell as a whole: quick help, plain failures, exit codes."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.shell import SECRET, database_env, shell
from webapp.cli.main import main

COMMANDS = ("run", "match", "catalog", "db", "demo", "partner", "staff", "outbox", "deliveries", "settings", "version")
HEAVY = ("sqlalchemy", "celery", "flask", "numpy", "alembic", "psycopg", "redis", "rich")


def test_help_names_every_command_and_loads_none_of_them() -> None:
    code = (
        "import sys\nfrom webapp.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert end.code == 0\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\nassert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.name == name
    assert shell(name, "--help").exit_code == 0


def test_ranking_a_file_loads_no_database_code(tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text("{}")
    catalog = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"
    code = (
        "import sys\nfrom webapp.cli.main import main\n"
        f"try:\n    main(['match', '--profile', {str(profile)!r}, '--catalog', {str(catalog)!r}, '--json'])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "loaded = [name for name in ('sqlalchemy', 'psycopg', 'redis', 'flask', 'celery') if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "var").exists()


def test_the_entry_point_is_installed() -> None:
    tool = Path(sys.executable).parent / "program-match"
    done = subprocess.run([tool, "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Program Match ")


@pytest.mark.parametrize("arguments", [("nonsense",), ("catalog", "import"), ("match",), ("db", "--sideways")])
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = shell(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


class TestDatabase:
    def test_one_that_cannot_be_reached_is_told_plainly(self) -> None:
        result = shell("db", "current", env=database_env("postgresql://nobody@127.0.0.1:1/none"))
        assert result.exit_code == 1
        assert "The database cannot be used" in result.stderr
        assert "DATABASE_URL" in result.stderr

    def test_tables_are_made_looked_at_and_asked_for(self, empty_database_url: str) -> None:
        env = database_env(empty_database_url)
        assert shell("db", "current", env=env).stdout == "none\n"
        behind = shell("outbox", "status", env=env)
        assert behind.exit_code == 1
        assert "program-match db upgrade" in behind.stderr
        assert shell("db", "check", env=env).exit_code == 1
        assert "brought from nothing to revision" in shell("db", "upgrade", env=env).stdout
        assert "up to date" in shell("db", "upgrade", env=env).stdout
        assert shell("db", "check", env=env).exit_code == 0


class TestSettings:
    def test_good_ones_are_listed_without_secrets(self) -> None:
        env = database_env("postgresql://user:hunter2@127.0.0.1/x")
        result = shell("settings", "check", env=env)
        assert result.exit_code == 0
        assert "DATABASE_URL" in result.stdout
        assert "hunter2" not in result.stdout
        assert SECRET not in result.stdout

    def test_every_fault_is_told_at_once(self) -> None:
        env = {**database_env("mysql://x"), "PORT": "99999", "BASE_URL": "nowhere"}
        for arguments in (("settings", "check"), ("settings", "check", "--json"), ("outbox", "status")):
            result = shell(*arguments, env=env)
            assert result.exit_code == 1
            assert all(name in result.stderr for name in ("DATABASE_URL", "PORT", "BASE_URL"))
