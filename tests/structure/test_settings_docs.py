"""docs/settings.md tells every setting there is, with its true default and whether production needs it."""

import re
from enum import Enum
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from webapp.domain.errors import Refused
from webapp.settings import Settings, parse_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/settings.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (not set|`[^`]+`) \| (\*\*yes\*\*.*|no.*) \|$", re.M)
OTHERS = re.compile(r"^\| `([A-Z_]+)` \|", re.M)
TOLD = {name: (meaning, default, needed) for name, meaning, default, needed in ROW.findall(PAGE)}

PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://app@db.test/app",
    "REDIS_URL": "redis://broker.test/0",
    "SMTP_URL": "smtp://mail.test:587",
    "SECRET_KEY": "k" * 32,
    "BASE_URL": "https://match.test",
    "MAIL_FROM": "matches@site.org",
    "POSTAL_ADDRESS": "1 Main Street, Springfield",
}


def written(value: object) -> str:
    """A default as the page writes it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{','.join(str(each) for each in value)}`"
    if isinstance(value, float) and value.is_integer():
        return f"`{int(value)}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def test_the_page_tells_every_setting_and_no_other() -> None:
    assert set(TOLD) == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_page_tells_the_true_default(name: str) -> None:
    default = Settings.model_fields[name].default
    assert not isinstance(default, SecretStr)
    assert TOLD[name.upper()][1] == written(default)


def test_the_examples_production_is_complete() -> None:
    assert parse_settings(PRODUCTION).is_production


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_page_tells_what_production_needs(name: str) -> None:
    """Needed is what production refuses to start without; ENVIRONMENT is what makes it production at all."""
    variable = name.upper()
    left = {key: value for key, value in PRODUCTION.items() if key != variable}
    if TOLD[variable][2].startswith("**yes**") and variable != "ENVIRONMENT":
        with pytest.raises(Refused, match=variable):
            parse_settings(left)
    else:
        assert parse_settings(left).is_production is (variable != "ENVIRONMENT")


def test_every_variable_of_the_compose_file_is_told() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", compose))
    given = {
        name for service in yaml.safe_load(compose)["services"].values() for name in service.get("environment", {})
    }
    assert asked | given <= set(OTHERS.findall(PAGE))


def test_the_example_environment_names_what_compose_asks_for() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / "deploy/env.example").read_text()
    required = set(re.findall(r"(?<!\$)\$\{([A-Z_]+):\?", compose))
    optional = set(re.findall(r"(?<!\$)\$\{([A-Z_]+):-", compose))
    assert set(re.findall(r"^([A-Z_]+)=$", example, re.M)) == required
    assert set(re.findall(r"^#([A-Z_]+)=", example, re.M)) == optional


def test_faults_never_quote_a_value() -> None:
    wrong = {name: "hunter2" for name in TOLD if name not in ("POSTAL_ADDRESS", "VAR_DIR")}
    with pytest.raises(Refused) as caught:
        parse_settings(wrong)
    assert "hunter2" not in str(caught.value)
    assert len(caught.value.problems) > 10
