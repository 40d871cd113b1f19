"""`program-match partner`: people of partners who log in to the portal."""

from __future__ import annotations

import click

from webapp.cli.runtime import open_runtime
from webapp.domain.partner_role import ROLE_LABELS, PartnerRole
from webapp.queries.partner_team import find_partner_by_slug
from webapp.services.partner_account import Actor, invite


@click.group("partner")
def partner() -> None:
    """People of partners who log in to the portal."""


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
        by = Actor("command line")
        invite(session, runtime.clock, runtime.links, partner_id=partner_id, email=email, name=name, role=wanted, by=by)
        address = f"{runtime.settings.base_url}/partner"
    click.echo(f"Invited: {email} ({ROLE_LABELS[wanted]}). The link is in their mail; they log in at {address}")
