"""`program-match staff`: accounts for the back office."""

from __future__ import annotations

import os
import sys

import click

from webapp.cli.runtime import open_runtime
from webapp.services.staff import ROLES, create_staff

PASSWORD_VARIABLE = "STAFF_PASSWORD"  # noqa: S105  # the name of a variable, not a password


@click.group("staff")
def staff() -> None:
    """Accounts for the back office."""


@staff.command("create")
@click.argument("email")
@click.option("--role", "roles", multiple=True, type=click.Choice(list(ROLES)), default=("owner",), show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def create(email: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Create an account for EMAIL.

    The password is asked for, twice, and not shown. For scripts: --password-stdin, or the variable STAFF_PASSWORD. It
    is never taken as an argument, where other users of the machine could read it.
    """
    password = _password(from_stdin=password_stdin)
    with open_runtime() as runtime, runtime.begin() as session:
        create_staff(session, runtime.clock, email=email, password=password, roles=roles, actor="command line")
        address = f"{runtime.settings.base_url}/admin"
    click.echo(f"Account created: {email} ({', '.join(roles)}). Log in at {address}")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if os.environ.get(PASSWORD_VARIABLE):
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"There is no terminal to ask for a password: use --password-stdin or {PASSWORD_VARIABLE}."
        )
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked
