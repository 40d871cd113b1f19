"""`program-match staff`: accounts for the back office."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from uuid import UUID

import click
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.cli.runtime import open_runtime
from webapp.queries.staff import StaffMember, is_second_step_required, list_staff
from webapp.services import staff as service
from webapp.services.staff import COMMAND_LINE, ROLES, create_staff

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
        create_staff(session, runtime.clock, email=email, password=password, roles=roles, actor=COMMAND_LINE.name)
        address = f"{runtime.settings.base_url}/admin"
    click.echo(f"Account created: {email} ({', '.join(roles)}). Log in at {address}")


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(as_json: bool) -> None:
    """Everybody who has an account."""
    with open_runtime() as runtime, runtime.begin() as session:
        people, is_required = list_staff(session), is_second_step_required(session)
    if as_json:
        click.echo(json.dumps({"second_step_required": is_required, "staff": [_told(person) for person in people]}))
        return
    for person in people:
        step = "second step" if person.has_second_step else "no second step"
        click.echo(f"{person.email}: {', '.join(person.roles) or 'no role'}; {_state(person)}; {step}")
    click.echo("The second step is asked of all staff." if is_required else "The second step is up to each.")


@staff.command("invite")
@click.argument("email")
@click.option("--role", "roles", multiple=True, type=click.Choice(list(ROLES)), required=True)
def invite(email: str, roles: tuple[str, ...]) -> None:
    """Make an account for EMAIL and mail a link to choose a password, good for seven days."""
    with open_runtime() as runtime, runtime.begin() as session:
        service.invite(session, runtime.clock, runtime.links, email=email, roles=roles, by=COMMAND_LINE)
    click.echo(f"Invited: {email} ({', '.join(roles)}). The mail leaves within moments.")


@staff.command("roles")
@click.argument("email")
@click.option("--role", "roles", multiple=True, type=click.Choice(list(ROLES)), required=True)
def change_roles(email: str, roles: tuple[str, ...]) -> None:
    """Give EMAIL these roles and no others. Their log-ins end."""

    def work(runtime: Runtime, session: Session, staff_id: UUID) -> None:
        service.change_roles(session, runtime.clock, staff_id=staff_id, roles=roles, by=COMMAND_LINE)

    _do(email, work, f"{email} is now: {', '.join(roles)}.")


@staff.command("password-link")
@click.argument("email")
def password_link(email: str) -> None:
    """Mail EMAIL a link to set a password, good for an hour."""

    def work(runtime: Runtime, session: Session, staff_id: UUID) -> None:
        service.mail_password_link(session, runtime.clock, runtime.links, staff_id=staff_id, by=COMMAND_LINE)

    _do(email, work, "The link is on its way.")


@staff.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Close the account of EMAIL and end its log-ins."""

    def work(runtime: Runtime, session: Session, staff_id: UUID) -> None:
        service.disable(session, runtime.clock, staff_id=staff_id, by=COMMAND_LINE)

    _do(email, work, f"{email} is disabled and logged out everywhere.")


@staff.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Open the account of EMAIL again."""

    def work(runtime: Runtime, session: Session, staff_id: UUID) -> None:
        service.enable(session, runtime.clock, staff_id=staff_id, by=COMMAND_LINE)

    _do(email, work, f"{email} can log in again.")


@staff.command("reset-second-step")
@click.argument("email")
def reset_second_step(email: str) -> None:
    """Switch the second step of EMAIL off: the device and the codes are lost."""

    def work(runtime: Runtime, session: Session, staff_id: UUID) -> None:
        service.reset_second_step(session, runtime.clock, staff_id=staff_id, by=COMMAND_LINE)

    _do(email, work, f"The second step of {email} is off, and their log-ins have ended.")


@staff.command("require-second-step")
@click.option("--off", is_flag=True, help="Ask it no more.")
def require_second_step(off: bool) -> None:
    """Ask the second step of all staff."""
    with open_runtime() as runtime, runtime.begin() as session:
        service.require_second_step(session, runtime.clock, required=not off, by=COMMAND_LINE)
    click.echo("The second step is up to each." if off else "The second step is asked of all staff.")


def _do(email: str, work: Callable[[Runtime, Session, UUID], None], done: str) -> None:
    with open_runtime() as runtime, runtime.begin() as session:
        work(runtime, session, service.staff_id_of(session, email))
    click.echo(done)


def _told(person: StaffMember) -> dict[str, object]:
    return {
        "email": person.email,
        "roles": list(person.roles),
        "state": _state(person),
        "second_step": person.has_second_step,
        "last_login_at": person.last_login_at.isoformat() if person.last_login_at else None,
    }


def _state(person: StaffMember) -> str:
    if not person.active:
        return "disabled"
    return "joined" if person.has_joined else "invited"


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
