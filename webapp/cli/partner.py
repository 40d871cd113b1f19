"""`program-match partner`: people of partners who log in to the portal, and API keys of their systems."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.cli.output import print_json, print_table
from webapp.cli.runtime import open_runtime
from webapp.domain.actor import Actor
from webapp.domain.api_key import Scope
from webapp.domain.partner_role import ROLE_LABELS, PartnerRole
from webapp.queries.api_key import ApiKeyRow, api_key_state, get_partner_id, list_api_keys
from webapp.queries.partner_team import find_partner_by_slug
from webapp.services import audit
from webapp.services.api_key import create_key, revoke_key
from webapp.services.audit import COMMAND_LINE
from webapp.services.partner_account import invite


@click.group("partner")
def partner() -> None:
    """What is set up for a partner. SLUG is its short name, as in the back office."""


@partner.command("invite")
@click.argument("slug")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([role.value for role in PartnerRole]),
    default=PartnerRole.OWNER.value,
    show_default=True,
    help="What they may do.",
)
@click.option("--name", default="", help="Their name, as their team knows them.")
def invite_person(slug: str, email: str, role: str, name: str) -> None:
    """Invite EMAIL to the team of the partner SLUG: they are mailed a link to choose a password.

    An owner invites the others in the portal. Inviting somebody again who has not joined mails a new link.
    """
    wanted = PartnerRole(role)
    with open_runtime() as runtime, runtime.begin() as session:
        partner_id = find_partner_by_slug(session, slug)
        if partner_id is None:
            raise click.ClickException(f"There is no partner with the short name {slug[:80]}.")
        by = Actor(COMMAND_LINE)
        invite(session, runtime.clock, runtime.links, partner_id=partner_id, email=email, name=name, role=wanted, by=by)
        address = f"{runtime.settings.base_url}/partner"
    click.echo(f"Invited: {email} ({ROLE_LABELS[wanted]}). The link is in their mail; they log in at {address}")


@partner.group("key")
def key() -> None:
    """API keys of a partner's own systems."""


@key.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="Who or what will use it.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([str(each) for each in Scope]))
@click.option("--live", is_flag=True, help="A key for live data; without it, for test data only.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) from which it opens nothing.")
def create(slug: str, name: str, scopes: tuple[str, ...], live: bool, expires: datetime | None) -> None:
    """Make a key for SLUG and print it on standard output, this once."""
    with open_runtime() as runtime, runtime.begin() as session:
        partner_id = get_partner_id(session, slug)
        key_id, made = create_key(
            session,
            runtime.clock,
            partner_id=partner_id,
            name=name,
            scopes=[Scope(each) for each in scopes],
            test=not live,
            actor=COMMAND_LINE,
            expires_at=expires.replace(tzinfo=UTC) if expires else None,
        )
        _write_down(session, runtime, "api_key.create", partner_id, key_id)
    click.echo("Keep it where your other secrets are: it cannot be shown again.", err=True)
    click.echo(made.whole)


@key.command("list")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def show(slug: str, as_json: bool) -> None:
    """List the keys of SLUG, without their secrets."""
    with open_runtime() as runtime, runtime.begin() as session:
        rows, now = list_api_keys(session, get_partner_id(session, slug)), runtime.clock.now()
    if as_json:
        print_json([_in_json(row) for row in rows])
        return
    columns = ("Id", "Begins with", "Name", "Scopes", "Last used", "State")
    print_table(
        columns,
        (
            (row.id, row.prefix, row.name, " ".join(row.scopes), row.last_used_at or "never", _state(row, now))
            for row in rows
        ),
    )


@key.command("revoke")
@click.argument("slug")
@click.argument("key_id", type=click.UUID)
def revoke(slug: str, key_id: UUID) -> None:
    """Make KEY_ID of SLUG open nothing from now on."""
    with open_runtime() as runtime, runtime.begin() as session:
        partner_id = get_partner_id(session, slug)
        revoke_key(session, runtime.clock, partner_id=partner_id, key_id=key_id, actor=COMMAND_LINE)
        _write_down(session, runtime, "api_key.revoke", partner_id, key_id)
    click.echo("The key opens nothing any more.")


def _write_down(session: Session, runtime: Runtime, action: str, partner_id: UUID, key_id: UUID) -> None:
    audit.record(
        session,
        runtime.clock,
        staff_id=None,
        actor=COMMAND_LINE,
        action=action,
        object_type="api_key",
        object_id=str(key_id),
        after={"partner_id": str(partner_id), **api_key_state(session, partner_id, key_id)},
    )


def _state(row: ApiKeyRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "good" if row.is_good(now) else "over"


def _in_json(row: ApiKeyRow) -> dict[str, object]:
    return {
        "id": str(row.id),
        "prefix": row.prefix,
        "name": row.name,
        "scopes": list(row.scopes),
        "test": row.test,
        "created_by": row.created_by,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
        "last_used_at": row.last_used_at.isoformat() if row.last_used_at else None,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
    }
