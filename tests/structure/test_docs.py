"""The papers beside the code are true: links resolve, names exist, examples run, and nothing names where we were."""

import re
import shlex
import subprocess
import textwrap
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import click
import psycopg
import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.cli.main import main
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageStatus
from webapp.gateways.sealing import Seal
from webapp.observability import metrics

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"(?:(?:webapp|workers|migrations|tests|docs|deploy|requirements|benchmarks)/[\w./*-]*|[\w-]+\.(?:md|toml|yml))"
)
# Put together here, so that this file does not hold what it forbids.
HOSTS = ["pypi." + "org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian.org", "registry." + "yarnpkg"]
PLACES = ["/wo" + "rk/", "/tm" + "p/pm", "/opt/py" + "pi", "AI " + "assist" + "ant", "lan" + "guage mo" + "del"]


def tracked() -> list[Path]:
    """Every file that belongs to the project: from git's list, or all that is not made by tools."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    unwanted = {".git", ".venv", "var", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not unwanted & set(path.relative_to(ROOT).parts)]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def headings(page: Path) -> set[str]:
    return {anchor(found) for found in re.findall(r"^#+ (.+)$", page.read_text(), re.M)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_project_resolve(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        name, _, part = unquote(target).partition("#")
        aim = (page.parent / name).resolve() if name else page
        assert aim.exists(), f"{page.name} links to {target}"
        assert not part or part in headings(aim), f"{page.name} links to {target}"


def test_nothing_names_a_package_registry_or_the_place_it_was_made() -> None:
    found = []
    for path in tracked():
        try:
            content = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {word}" for word in (*HOSTS, *PLACES) if word in content]
    assert found == []


def test_no_secret_and_no_data_is_tracked() -> None:
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert not [
        name for name in names if name == ".env" or name.startswith(("var/", ".venv/")) or name.endswith(".pem")
    ]


def test_the_changelog_has_room_for_the_next_change() -> None:
    assert re.search(r"^## \[Unreleased\]$", (ROOT / "CHANGELOG.md").read_text(), re.M)


def test_decisions_are_numbered_and_shaped_alike() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    for number, path in enumerate(DECISIONS, 1):
        content = path.read_text()
        assert content.startswith(f"# {number}. "), path.name
        assert re.findall(r"^## (.+)$", content, re.M) == ["Context", "Decision", "Consequences"], path.name
        assert len(content.splitlines()) <= 25, path.name


@pytest.mark.parametrize("name", ["README.md", "NOTICE.md", "docs/map.md", "docs/deliveries.md", "docs/runbook.md"])
def test_paths_in_papers_exist(name: str) -> None:
    for code in CODE.findall((ROOT / name).read_text()):
        if PATH.fullmatch(code):
            assert list(ROOT.glob(code.rstrip("/"))), f"{name} names {code}"


def test_the_map_names_every_floor() -> None:
    told = (ROOT / "docs/map.md").read_text()
    for path in sorted((ROOT / "webapp").iterdir()):
        if path.is_dir() and path.name != "__pycache__":
            assert f"`webapp/{path.name}/`" in told, path.name
        elif path.suffix == ".py" and path.name != "__init__.py":
            assert f"`webapp/{path.name}`" in told, path.name
    assert "`workers/`" in told


@pytest.mark.parametrize(
    "page", [p for p in PAGES if "decisions" not in p.parts], ids=lambda p: str(p.relative_to(ROOT))
)
def test_commands_in_papers_exist(page: Path) -> None:
    for told in re.findall(r"(?<!<)program-match ([a-z][^`\n]*)", page.read_text()):
        words = shlex.split(told.split(" #")[0], comments=False)
        command: click.Command | None = main
        context = click.Context(main)
        while words and isinstance(command, click.Group):
            following = command.get_command(context, words[0])
            assert following is not None or words[0].startswith("-"), f"{page.name}: program-match {told}"
            if following is None:
                break
            command, words = following, words[1:]
        if command is not None:
            options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            for word in words:
                assert not word.startswith("--") or word in options, f"{page.name}: program-match {told}"


def test_every_command_is_in_the_readme() -> None:
    readme, context = (ROOT / "README.md").read_text(), click.Context(main)
    for name in main.list_commands(context):
        assert f"program-match {name}" in readme or name == "version", name


def test_the_runbook_tells_every_metric_and_no_other() -> None:
    exposed = {
        family.name + ("_total" if family.type == "counter" else "")
        for item in vars(metrics).values()
        if hasattr(item, "describe") and not isinstance(item, type)
        for family in item.describe()
    }
    table = RUNBOOK.partition("| metric | labels |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", table, re.M)) == exposed


def test_the_runbook_names_services_that_exist() -> None:
    services = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    for named in re.findall(r"docker compose (?:exec(?: -T)?|run --rm(?: -v \S+)?) ([a-z]+)", RUNBOOK):
        assert named in services, named
    for line in re.findall(r"docker compose (?:stop|restart|logs|ps) ([a-z ]+)", RUNBOOK):
        assert set(line.split()) <= services, line


def test_the_runbooks_sql_fits_the_tables(session: Session) -> None:
    statements = re.findall(r"(?:^ {4,}|`)((?:SELECT|UPDATE|DELETE)\b[^;`]+)", RUNBOOK, re.M)
    assert len(statements) >= 6
    for statement in statements:
        filled = statement.replace("'…'", "'00000000-0000-0000-0000-000000000000'").replace("most = …", "most = 5")
        session.execute(text(filled.replace("= …", "= '00000000-0000-0000-0000-000000000000'").strip()))


def test_the_table_of_deliveries_uses_states_that_exist() -> None:
    told = (ROOT / "docs/deliveries.md").read_text()
    known = {str(state) for kind in (LeadStatus, DeliveryStatus, AttemptOutcome, MessageStatus) for state in kind}
    for state in LeadStatus:
        assert f"`{state}`" in told or state in ("filtered", "invalid"), state
    answers = told.partition("## What the partner's answer means")[2].partition("Waits between")[0]
    for row in re.findall(r"^\|(.+)\|$", answers, re.M)[2:]:
        for cell in row.split("|")[1:4]:
            assert set(CODE.findall(cell)) <= known, row
    messages = told.partition("## Where a message can be")[2]
    assert set(re.findall(r"`([a-z_]+)`(?=[^|\n]*\|)", "\n".join(re.findall(r"^\| `.+?\|", messages, re.M)))) == {
        str(state) for state in MessageStatus
    }


def test_the_readmes_example_is_what_comes_out() -> None:
    readme = (ROOT / "README.md").read_text()
    block = re.search(r"^    \$ \.venv/bin/program-match (.+)\n((?:    .*\n)+)", readme, re.M)
    assert block
    words = [str(ROOT / word) if "/" in word else word for word in shlex.split(block[1])]
    said = CliRunner().invoke(main, words)
    assert said.exit_code == 0, said.output
    printed = {" ".join(line.split()) for line in said.output.splitlines()}
    for line in block[2].splitlines():
        assert line.strip() == "…" or " ".join(line.split()) in printed, line


def test_the_notice_names_every_licence_with_conditions() -> None:
    notice = (ROOT / "NOTICE.md").read_text().lower()
    for found in distributions():
        told = " ".join([*found.metadata.get_all("License-Expression", []), *found.metadata.get_all("Classifier", [])])
        if re.search(r"GPL|MPL|Mozilla Public", told):
            assert found.name.lower() in notice, found.name


def test_the_runbooks_way_to_seal_anew_works(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = RUNBOOK.partition("python - <<'PY'\n")[2].partition("        PY\n")[0]
    url = fresh_database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    partner, endpoint = uuid4(), uuid4()
    with psycopg.connect(url) as database:
        database.execute(
            "INSERT INTO partners (id, slug, legal_name, display_name, status, time_zone, contact_email)"
            " VALUES (%s, 'one', 'One', 'One', 'live', 'UTC', 'one@school.example')",
            (partner,),
        )
        database.execute(
            "INSERT INTO partner_endpoints (id, partner_id, url, sealed_secret)"
            " VALUES (%s, %s, 'https://one.example', %s)",
            (endpoint, partner, Seal("the old key").close("whsec_kept")),
        )
    for name, value in {"OLD_SECRET_KEY": "the old key", "SECRET_KEY": "the new key", "DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)
    exec(compile(textwrap.dedent(program), "runbook", "exec"), {})  # noqa: S102  # the runbook's own program, as it stands
    with psycopg.connect(url) as database:
        row = database.execute("SELECT sealed_secret FROM partner_endpoints").fetchone()
    assert row is not None
    assert Seal("the new key").open(bytes(row[0])) == "whsec_kept"
