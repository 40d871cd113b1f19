"""`program-match settings`: whether the environment makes sense, before anything is started."""

from __future__ import annotations

import click

from webapp.bootstrap import load_settings
from webapp.cli.faults import told
from webapp.cli.output import print_json, print_table
from webapp.domain.errors import Refused

_SECRET = ("database_url", "redis_url", "smtp_url", "secret_key")
_EMBEDDED = {
    "database_url": "not set: PostgreSQL is started under var/",
    "redis_url": "not set: Valkey is started under var/",
    "smtp_url": "not set: mail goes to the development inbox",
    "secret_key": "not set: a development secret is kept under var/",
}


@click.group("settings")
def settings() -> None:
    """Check the settings."""


@settings.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Read all settings and tell every fault at once. Secrets and addresses with passwords are never printed."""
    try:
        found = load_settings()
    except Refused as refusal:
        if as_json:
            print_json({"ok": False, "problems": [{"where": p.where, "what": p.what} for p in refusal.problems]})
        raise told(refusal.problems, "The settings are not right:") from None
    shown = {name.upper(): _shown(name, value) for name, value in found.model_dump().items()}
    if as_json:
        print_json({"ok": True, "settings": shown})
    else:
        print_table(("setting", "value"), shown.items(), title="The settings are right.")


def _shown(name: str, value: object) -> str:
    if name in _SECRET:
        return "set" if value is not None else _EMBEDDED[name]
    return str(value)
