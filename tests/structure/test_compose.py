"""The production set-up, held against the code it starts: there may be no container engine where this is written."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from gunicorn.config import Config  # type: ignore[import-untyped]  # gunicorn ships no types

from tests.structure.test_settings_docs import PRODUCTION
from webapp.cli.main import main
from webapp.settings import Settings
from workers.queues import QUEUES
from workers.task import HARD_LIMIT_SECONDS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {"web", "worker", "mailer", "beat", "mail", "migrate"}
KNOWN_EXTRAS = {"PROMETHEUS_MULTIPROC_DIR", "POSTGRES_PASSWORD", "DATABASE_PASSWORD", "REDIS_PASSWORD"}
SECRETS = ("PASSWORD", "SECRET", "TOKEN", "KEY")
NGINX = (ROOT / "deploy/nginx.conf").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return command if isinstance(command, list) else command.split()


def option(service: str, name: str) -> str:
    return next(word.partition("=")[2] for word in words(service) if word.startswith(f"{name}="))


def seconds(text: str) -> int:
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return int(found[1])


def test_all_parts_are_there() -> None:
    assert set(SERVICES) == OURS | {"front", "postgres", "redis"}


def test_every_variable_is_a_setting_or_known() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    for name, service in SERVICES.items():
        given = set(service.get("environment", {}))
        assert given <= settings | KNOWN_EXTRAS, name
        if name in OURS:
            assert given <= settings | {"PROMETHEUS_MULTIPROC_DIR"}, f"{name} is told passwords it does not need"


def test_our_programs_get_all_that_production_needs() -> None:
    for name in OURS:
        assert set(PRODUCTION) <= set(SERVICES[name]["environment"]), name
        assert SERVICES[name]["environment"]["ENVIRONMENT"] == "production"


def test_required_values_stop_a_start_that_lacks_them() -> None:
    for name in set(PRODUCTION) - {"ENVIRONMENT"}:
        assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", SERVICES["web"]["environment"][name]), name


def test_no_secret_is_written_down() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if any(part in name for part in SECRETS):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]+\}", value), name
            assert not re.search(r"://[^/@]*:(?!\$\{)[^/@]+@", re.sub(r"\$\{[^}]*\}", "${X}", str(value))), name
    filled = [line for line in (ROOT / "deploy/env.example").read_text().splitlines() if re.match(r"[A-Z_]+=.", line)]
    assert filled == []


def test_every_queue_is_consumed_by_one_service() -> None:
    consumed = [queue for service in ("worker", "mailer") for queue in option(service, "--queues").split(",")]
    assert sorted(consumed) == sorted(QUEUES)


def test_mails_are_sent_by_processes_not_by_threads() -> None:
    assert option("mailer", "--concurrency") == "1"
    assert SERVICES["mailer"]["deploy"]["replicas"] > 1


def test_the_commands_name_what_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    factory = next(word for word in words("web") if word.endswith("()"))
    module, _, name = factory.removesuffix("()").partition(":")
    assert callable(getattr(import_module(module), name))
    for service in ("worker", "mailer", "beat"):
        module, _, name = option(service, "--app").partition(":")
        assert getattr(import_module(module), name).main == "program_match"
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert words("migrate")[0] in scripts


@pytest.mark.parametrize("service", ["worker", "mailer", "beat"])
def test_celery_knows_the_options(service: str) -> None:
    """Asked for help after our options: one that it does not know is refused first."""
    script = Path(sys.executable).parent / words(service)[0]
    known = {"REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "k" * 32, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [script, *words(service)[1:], "--help"], cwd=ROOT, env=known, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def test_gunicorn_and_our_own_command_know_the_options() -> None:
    filled = [re.sub(r"\$\{[A-Z_]+:-(\w+)\}", r"\1", word) for word in words("web")[1:]]
    assert Config().parser().parse_args(filled).workers == 2
    for service in ("migrate", "mail"):
        told = CliRunner().invoke(main, [*words(service)[1:], "--help"])
        assert told.exit_code == 0, told.output


def test_the_web_server_suits_the_front_and_the_rules() -> None:
    assert "--no-control-socket" in words("web")
    assert option("web", "--worker-class") == "gthread"
    port = option("web", "--bind").rpartition(":")[2]
    assert f"set $upstream http://web:{port};" in NGINX
    assert f"127.0.0.1:{port}/readyz" in str(SERVICES["web"]["healthcheck"]["test"])
    assert "access" not in TEXT, "an access log would hold students' links"
    assert SERVICES["web"]["environment"]["TRUSTED_PROXIES"] == "1"


def test_programs_may_finish_what_they_do() -> None:
    for service in ("worker", "mailer"):
        assert seconds(SERVICES[service]["stop_grace_period"]) >= max(45, HARD_LIMIT_SECONDS)
    assert seconds(SERVICES["web"]["stop_grace_period"]) > int(option("web", "--graceful-timeout"))


def test_everything_starts_after_what_it_needs() -> None:
    for name in ("web", "worker", "beat", "mail"):
        assert SERVICES[name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["front"]["depends_on"]["web"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"
    assert {each["restart"] for name, each in SERVICES.items() if name != "migrate"} == {"unless-stopped"}


def test_whatever_answers_on_a_port_is_asked_for_its_health() -> None:
    for name in ("front", "web", "mail", "postgres", "redis"):
        assert SERVICES[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name


def test_only_the_front_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["front", "mail"]
    assert SERVICES["mail"]["ports"] == ["127.0.0.1:8024:8024"], "only the mail server of this machine reaches it"
    assert "--url=lmtp://0.0.0.0:8024" in words("mail")
    assert COMPOSE["networks"]["inner"] == COMPOSE["networks"]["front"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"front", "worker", "mailer", "mail"}, "only they talk to partners and the mail server"


def test_nothing_runs_with_more_rights_than_it_needs() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("user", "app") not in ("root", "0", "0:0"), name
    for name in {"front", "postgres", "redis"}:
        assert "user" in SERVICES[name], name


def test_data_outlives_its_container_and_the_broker_forgets_nothing() -> None:
    assert any(volume.startswith("database:") for volume in SERVICES["postgres"]["volumes"])
    assert "broker:/data" in SERVICES["redis"]["volumes"]
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    named = {
        volume.partition(":")[0] for s in SERVICES.values() for volume in s.get("volumes", []) if volume[0].isalpha()
    }
    assert named == set(COMPOSE["volumes"])


def test_all_processes_count_in_one_place() -> None:
    directory = SERVICES["web"]["environment"]["PROMETHEUS_MULTIPROC_DIR"]
    for name in ("web", "worker", "beat"):
        assert f"metrics:{directory}" in SERVICES[name]["volumes"]
    assert directory in DOCKERFILE


def test_mounted_files_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).is_file(), volume


def test_the_front_waits_for_whole_requests_and_keeps_the_inside_in() -> None:
    assert "proxy_request_buffering on;" in NGINX
    for path in ("/metrics", "/readyz", "/dev"):
        assert f"location ^~ {path} {{ return 404; }}" in NGINX
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "proxy_set_header X-Forwarded-Proto https;" in NGINX


def test_the_front_logs_no_address_of_a_page() -> None:
    formats = re.findall(r"log_format \w+ '([^']*)';", NGINX)
    assert len(formats) == 1
    logged = set(re.findall(r"\$\w+", formats[0]))
    assert not logged & {"$request", "$request_uri", "$uri", "$args", "$query_string", "$http_referer", "$remote_addr"}
    assert re.findall(r"access_log \S+ (\w+);", NGINX) == ["plain"]
    assert "error_log stderr crit;" in NGINX


def test_the_image_is_built_from_what_is_here() -> None:
    sources = [source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.M) for source in line.split()]
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignore[1] == "*"
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in ignore, f"{source} is not sent to the builder"


def test_the_image_is_pinned_small_and_unprivileged() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    assert len(stages) == 3
    assert "install --require-hashes -r requirements/run.lock" in stages[1]
    assert not re.search(r"\b(pip|apt-get|gcc|curl)\b", stages[2])
    assert re.search(r"^USER (?!0|root)\S+$", stages[2], re.M)
    assert "SECRET" not in DOCKERFILE
    assert "PASSWORD" not in DOCKERFILE
    version = re.search(r"^ARG PYTHON=(\S+)$", DOCKERFILE, re.M)
    assert version
    assert f">={version[1]}" in (ROOT / "pyproject.toml").read_text(), "the version that the tests run on"


def test_every_file_the_programs_read_goes_into_the_image() -> None:
    """setuptools takes along only what `package-data` names: a new kind of file must be named there."""
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["*"]
    missing = [
        str(path.relative_to(ROOT))
        for folder in ("webapp", "workers", "migrations")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".md")
        if not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert missing == []


def test_the_database_script_is_sound_shell() -> None:
    script = ROOT / "deploy/create-database.sh"
    assert os.access(script, os.X_OK)
    shell = shutil.which("sh")
    assert shell
    assert subprocess.run([shell, "-n", script], timeout=10).returncode == 0
    refused = subprocess.run(
        [shell, script], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=10
    )
    assert refused.returncode != 0
    assert "DATABASE_PASSWORD must be set" in refused.stderr
