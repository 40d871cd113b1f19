"""`program-match version`."""

from __future__ import annotations

from importlib.metadata import version as installed_version

import click


@click.command("version")
def version() -> None:
    """Say which version this is."""
    click.echo(f"Program Match {installed_version('program-match')}")
