"""`catalog`, `demo`, `match`, `staff`, `outbox` and `deliveries` on a real database, by their exit codes and output."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.cli.shell import database_env, shell
from tests.services.listing_rows import csv_of, row
from webapp.cli.running import remember

DEMO = Path(__file__).resolve().parents[2] / "webapp" / "cli" / "demo" / "catalog.csv"
PROFILE = {"goal": {"occupation": "15-2051", "credentials": ["master"]}, "practical": {"budget_usd": 30000}}
Env = dict[str, str | None]


@pytest.fixture
def env(fresh_database_url: str) -> Env:
    return database_env(fresh_database_url)


@pytest.fixture(scope="module")
def demo_env(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Env]:
    """A database with the demo in it, for tests that only read."""
    with make_database() as url:
        assert shell("demo", "load", env=database_env(url)).exit_code == 0
        yield database_env(url)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(PROFILE))
    return path


def value(env: Env, statement: str) -> object:
    engine = create_engine(str(env["DATABASE_URL"]))
    with engine.connect() as connection:
        found: object = connection.execute(text(statement)).scalar()
    engine.dispose()
    return found


class TestImport:
    def test_a_file_goes_in_and_is_written_down(self, env: Env, tmp_path: Path) -> None:
        file = tmp_path / "north.csv"
        file.write_bytes(csv_of([row(1), row(2), row(3, credential="diploma")]))
        dry = shell("catalog", "import", str(file), "--name", "north", "--dry-run", "--json", env=env)
        assert (dry.exit_code, json.loads(dry.stdout)["added"]) == (0, 2)
        assert value(env, "SELECT count(*) FROM programs") == 0
        result = shell("catalog", "import", str(file), "--name", "north", env=env)
        assert result.exit_code == 0
        assert "diploma is not a known value" in result.stdout
        assert value(env, "SELECT string_agg(program_id, ',' ORDER BY 1) FROM programs") == "p-1,p-2"
        assert value(env, "SELECT catalog_source FROM programs LIMIT 1") == "csv:north"
        assert value(env, "SELECT actor FROM audit_entries WHERE action = 'catalog.import'") == "command line"
        undone = shell("catalog", "undo", env=env)
        assert undone.exit_code == 0
        assert f"Undone: the import of {file.name}" in undone.output
        assert value(env, "SELECT count(*) FROM programs") == 0
        assert "no import to undo" in shell("catalog", "undo", env=env).stderr

    def test_a_refused_file_ends_with_1_says_why_and_is_written_down(self, env: Env, tmp_path: Path) -> None:
        file = tmp_path / "bad.csv"
        file.write_text("program_id,tuition total\n1,2\n")
        result = shell("catalog", "import", str(file), "--json", env=env)
        assert result.exit_code == 1
        assert json.loads(result.stdout)["status"] == "refused"
        assert "Did you mean tuition_total_usd?" in result.stderr
        assert value(env, "SELECT status FROM catalog_imports") == "refused"

    def test_a_missing_file_and_mixed_options_are_wrong_usage(self, tmp_path: Path) -> None:
        assert "does not exist" in shell("catalog", "import", "nowhere.csv").stderr
        for arguments in (("--source", "ipeds"), (str(DEMO), "--directory", str(DEMO))):
            result = shell("catalog", "import", *arguments)
            assert result.exit_code == 2

    def test_withdrawing_most_needs_leave(self, env: Env, tmp_path: Path) -> None:
        file = tmp_path / "l.csv"
        file.write_bytes(csv_of([row(n) for n in range(5)]))
        shell("catalog", "import", str(file), env=env)
        file.write_bytes(csv_of([row(0)]))
        refused = shell("catalog", "import", str(file), env=env)
        assert (refused.exit_code, "--allow-withdrawals" in refused.stderr) == (1, True)
        assert shell("catalog", "import", str(file), "--allow-withdrawals", env=env).exit_code == 0

    def test_the_governments_files(self, env: Env, data_dir: Path, tmp_path: Path) -> None:
        hd = "UNITID,INSTNM,CITY,STABBR,ZIP,WEBADDR,CONTROL,CYACTIVE\n7,Fir College,Bend,OR,97701,fir.edu,1,1\n"
        c_a = "UNITID,CIPCODE,MAJORNUM,AWLEVEL\n7,11.0701,1,5\n7,99,1,5\n8,11.0701,1,5\n7,11.0701,2,5\n"
        ic = "UNITID,TUITION2,FEE2,TUITION3,FEE3,TUITION6,FEE6,TUITION7,FEE7\n"
        for name, content in (("hd2024.csv", hd), ("c2024_a.csv", c_a), ("ic2023_ay.csv", ic)):
            (tmp_path / name).write_text(content)
        files = ("--directory", "hd2024.csv", "--completions", "c2024_a.csv", "--tuition", "ic2023_ay.csv")
        named = [str(tmp_path / part) if part.endswith(".csv") else part for part in files]
        result = shell("catalog", "import", "--source", "ipeds", *named, "--json", env=env)
        report = json.loads(result.stdout)
        assert result.exit_code == 0
        assert (report["rows_read"], report["added"], report["refused"]) == (4, 1, 2)
        assert sum(report["refused_by"].values()) == 2
        assert list(report["set_aside"].values()) == [1]


class TestExport:
    def test_it_comes_back_unchanged(self, demo_env: Env, env: Env, tmp_path: Path) -> None:
        out = tmp_path / "out.csv"
        assert shell("catalog", "export", "--output", str(out), "--source", "demo", env=demo_env).exit_code == 0
        with DEMO.open(encoding="utf-8", newline="") as file:
            assert sorted(each["program_id"] for each in csv.DictReader(file)) == [
                each["program_id"] for each in csv.DictReader(io.StringIO(out.read_text("utf-8")))
            ]
        shell("catalog", "import", str(DEMO), env=env)
        again = shell("catalog", "import", str(out), "--json", env=env)
        assert json.loads(again.stdout)["status"] == "unchanged"

    def test_standard_output_carries_the_file_alone(self, demo_env: Env) -> None:
        result = shell("catalog", "export", env=demo_env)
        assert result.stdout.startswith("program_id,institution,")
        assert "listings written" in result.stderr

    def test_an_unknown_source_names_the_known_ones(self, demo_env: Env) -> None:
        result = shell("catalog", "export", "--source", "nobody", env=demo_env)
        assert (result.exit_code, "There are: demo" in result.stderr) == (1, True)

    def test_sources_are_listed(self, demo_env: Env) -> None:
        (source,) = json.loads(shell("catalog", "sources", "--json", env=demo_env).stdout)
        assert (source["source"], source["is_demo"], source["withdrawn"]) == ("demo", True, 0)


class TestMatch:
    def test_the_database_and_the_file_rank_alike(self, demo_env: Env, profile: Path) -> None:
        of_database = shell("match", "--profile", str(profile), "--json", env=demo_env)
        of_file = shell("match", "--profile", "-", "--catalog", str(DEMO), "--json", stdin=profile.read_text())
        assert of_database.exit_code == of_file.exit_code == 0
        one, other = json.loads(of_database.stdout), json.loads(of_file.stdout)
        assert (one.pop("catalog"), other.pop("catalog")[:5]) == ("1", "file:")
        assert one == other
        assert len(one["matches"]) == 10
        assert all(len(match["reasons"]) >= 3 for match in one["matches"])

    def test_people_get_sentences(self, profile: Path) -> None:
        result = shell("match", "--profile", str(profile), "--catalog", str(DEMO), "--top", "2")
        assert result.exit_code == 0
        assert result.stdout.count("[demo-") == 2
        assert "   + You said" in result.stdout
        assert "194 considered" in result.stdout

    def test_every_fault_of_a_profile_is_told(self) -> None:
        wrong = json.dumps({"goal": {"shoe_size": 3}, "background": {"gpa": 9}, "name": "Ada"})
        result = shell("match", "--profile", "-", "--catalog", str(DEMO), stdin=wrong)
        assert result.exit_code == 1
        assert all(name in result.stderr for name in ("shoe_size", "gpa", "name"))

    @pytest.mark.parametrize("wrong", ["", "{", "[]", '"x"', "{" * 5, "[" * 100_000, b"\xff\xfe{}"])
    def test_what_is_no_profile_is_refused_plainly(self, wrong: str | bytes) -> None:
        result = shell("match", "--profile", "-", "--catalog", str(DEMO), stdin=wrong)
        assert result.exit_code == 1
        assert "profile" in result.stderr

    def test_missing_files_are_wrong_usage(self, profile: Path) -> None:
        assert shell("match", "--profile", "nowhere.json", "--catalog", str(DEMO)).exit_code == 2
        assert shell("match", "--profile", str(profile), "--catalog", "nowhere.csv").exit_code == 2

    def test_bad_rows_of_a_file_are_left_out_and_told(self, profile: Path, tmp_path: Path) -> None:
        file = tmp_path / "l.csv"
        file.write_bytes(csv_of([row(1), row(1), row(2, cip="x"), row(3)]))
        result = shell("match", "--profile", str(profile), "--catalog", str(file), "--json")
        assert json.loads(result.stdout)["considered"] == 2
        assert "line 3" in result.stderr
        assert "line 4: cip" in result.stderr

    def test_a_file_without_a_good_row_is_refused(self, profile: Path, tmp_path: Path) -> None:
        file = tmp_path / "l.csv"
        file.write_bytes(csv_of([row(2, cip="x")]))
        assert shell("match", "--profile", str(profile), "--catalog", str(file)).exit_code == 1

    def test_an_empty_catalogue_says_how_to_fill_it(self, env: Env, profile: Path) -> None:
        result = shell("match", "--profile", str(profile), env=env)
        assert result.exit_code == 1
        assert "program-match demo load" in result.stderr


class TestDemo:
    def test_if_empty_and_production(self, demo_env: Env) -> None:
        result = shell("demo", "load", "--if-empty", env=demo_env)
        assert (result.exit_code, "nothing was loaded" in result.stdout) == (0, True)
        url = value(
            demo_env, "SELECT url FROM partner_endpoints e JOIN partners p ON p.id = e.partner_id ORDER BY slug"
        )
        assert str(url).startswith("http://127.0.0.1:8000/dev/partner/")

    def test_it_is_not_loaded_into_production(self, demo_env: Env) -> None:
        live: Env = {
            **demo_env,
            "ENVIRONMENT": "production",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SMTP_URL": "smtp://127.0.0.1:1",
            "POSTAL_ADDRESS": "1 Road, Town",
            "MAIL_FROM": "matches@program-match.org",
            "BASE_URL": "https://match.example.org",
        }
        result = shell("demo", "load", env=live)
        assert result.exit_code == 1
        assert "production" in result.stderr


class TestStaff:
    def test_an_account_is_created_from_standard_input(self, env: Env) -> None:
        arguments = ("staff", "create", "ada@example.org", "--role", "owner", "--password-stdin")
        result = shell(*arguments, stdin="correct horse battery staple\n", env=env)
        assert result.exit_code == 0, result.stderr
        assert "correct horse" not in result.output
        assert value(env, "SELECT email FROM staff_accounts") == "ada@example.org"
        assert "Log in at http://127.0.0.1:8000/admin" in result.output
        again = shell(*arguments, stdin="correct horse battery staple\n", env=env)
        assert (again.exit_code, "There is an account" in again.stderr) == (1, True)

    def test_it_names_the_address_at_which_the_website_runs(self, env: Env, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        remember(tmp_path, "http://127.0.0.1:8431")
        given = {**env, "STAFF_PASSWORD": "correct horse battery staple", "BASE_URL": None}
        given["VAR_DIR"] = str(tmp_path)
        assert "Log in at http://127.0.0.1:8431/admin" in shell("staff", "create", "a@example.org", env=given).output
        given["BASE_URL"] = "https://match.example.org"
        assert "Log in at https://match.example.org/admin" in shell("staff", "create", "b@x.org", env=given).output

    def test_a_weak_password_is_refused_and_not_repeated(self, env: Env) -> None:
        result = shell("staff", "create", "ada@example.org", env={**env, "STAFF_PASSWORD": "password1234"})
        assert (result.exit_code, "easy to guess" in result.stderr) == (1, True)
        assert "password1234" not in result.output

    def test_without_a_terminal_it_says_how_to_give_the_password(self, env: Env) -> None:
        result = shell("staff", "create", "ada@example.org", env={**env, "STAFF_PASSWORD": None})
        assert (result.exit_code, "--password-stdin" in result.stderr) == (2, True)

    def test_the_others_are_looked_after_from_the_shell_and_the_last_owner_stays(self, env: Env) -> None:
        given = {**env, "STAFF_PASSWORD": "correct horse battery staple"}
        assert shell("staff", "create", "ada@example.org", env=given).exit_code == 0
        assert shell("staff", "invite", "ida@example.org", "--role", "support", env=env).exit_code == 0
        assert value(env, "SELECT count(*) FROM messages WHERE template = 'staff_access'") == 1
        for arguments, told in (
            (("disable", "ada@example.org"), "no owner who can log in"),
            (("roles", "ada@example.org", "--role", "analyst"), "no owner who can log in"),
            (("disable", "nobody@example.org"), "no account with this address"),
            (("reset-second-step", "ida@example.org"), "second step is off"),
            (("invite", "ada@example.org", "--role", "support"), "There is an account"),
        ):
            refused = shell("staff", *arguments, env=env)
            assert (refused.exit_code, told in refused.stderr) == (1, True), refused.output
        for done in (
            ("roles", "ida@example.org", "--role", "analyst", "--role", "support"),
            ("password-link", "ida@example.org"),
            ("disable", "Ida@Example.org"),
            ("enable", "ida@example.org"),
            ("require-second-step",),
        ):
            assert shell("staff", *done, env=env).exit_code == 0, done
        told = json.loads(shell("staff", "list", "--json", env=env).stdout)
        assert told["second_step_required"] is True
        assert [(each["email"], each["roles"], each["state"]) for each in told["staff"]] == [
            ("ada@example.org", ["owner"], "joined"),
            ("ida@example.org", ["support", "analyst"], "invited"),
        ]
        assert "The second step is asked of all staff." in shell("staff", "list", env=env).stdout
        by_shell = "SELECT count(*) FROM audit_entries WHERE actor = 'command line'"
        assert value(env, by_shell) == 7


class TestOutboxAndDeliveries:
    def test_the_outbox_says_what_waits(self, demo_env: Env) -> None:
        found = json.loads(shell("outbox", "status", "--json", env=demo_env).stdout)
        assert found == {"due": 0, "later": 0, "oldest_seconds": 0.0, "by_kind": {}}
        assert "Due now: 0" in shell("outbox", "status", env=demo_env).stdout

    def test_an_unknown_delivery_is_refused(self, demo_env: Env) -> None:
        result = shell("deliveries", "replay", "01a20269-c4cb-77ca-a7d3-4e43aff6266a", env=demo_env)
        assert (result.exit_code, "no such delivery" in result.stderr) == (1, True)

    @pytest.mark.parametrize("arguments", [(), ("not-an-id",), ("--failed-since", "yesterday")])
    def test_wrong_usage(self, arguments: tuple[str, ...]) -> None:
        assert shell("deliveries", "replay", *arguments).exit_code == 2

    def test_nothing_failed_is_nothing_replayed(self, demo_env: Env) -> None:
        result = shell("deliveries", "replay", "--failed-since", "2026-01-01", env=demo_env)
        assert (result.exit_code, result.stdout) == (0, "0 deliveries will be sent again.\n")


class TestPartner:
    def test_a_first_owner_is_invited_by_mail_and_again_before_they_join(self, demo_env: Env) -> None:
        for _ in range(2):
            result = shell("partner", "invite", "quillmere", "Ada@school.example", "--name", "Ada", env=demo_env)
            assert result.exit_code == 0, result.stderr
            assert "Invited: Ada@school.example (Owner)" in result.stdout
        told = "SELECT string_agg(role || ' ' || (password IS NULL), ',') FROM partner_accounts WHERE name = 'Ada'"
        assert value(demo_env, told) == "owner true"
        assert value(demo_env, "SELECT count(*) FROM messages WHERE template = 'partner_access'") == 2
        open_links = "SELECT count(*) FROM partner_access_links WHERE used_at IS NULL"
        assert value(demo_env, open_links) == 1
        assert shell("partner", "invite", "nobody", "ada@school.example", env=demo_env).exit_code == 1
        assert shell("partner", "invite", "quillmere", "no address", env=demo_env).exit_code == 1
