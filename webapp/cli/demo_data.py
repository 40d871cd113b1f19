"""`program-match demo`: the invented catalogue and its partners."""

from __future__ import annotations

from importlib.resources import files
from typing import BinaryIO, cast

import click

from webapp.cli.output import counting
from webapp.cli.runtime import open_runtime
from webapp.services.demo import EndpointUrl, load


@click.group("demo")
def demo() -> None:
    """Load the invented catalogue and partners."""


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when there are listings already.")
@click.option(
    "--partner-url",
    metavar="URL",
    help="Where leads are posted; {slug} stands for the partner. [default: the site's own development receiver]",
)
def load_demo(if_empty: bool, partner_url: str | None) -> None:
    """Import the demo catalogue and add its partners. Safe to repeat.

    Everything in it is invented and marked as such. Leads go to this site's own receiver, not to a school.
    """
    if partner_url is not None and not partner_url.startswith(("http://", "https://")):
        raise click.BadParameter("write an address that starts with http:// or https://", param_hint="--partner-url")
    data = files("webapp.cli").joinpath("demo")
    with open_runtime() as runtime:
        if runtime.settings.is_production:
            raise click.ClickException("This is a production site (ENVIRONMENT): the demo is not loaded into it.")
        with (
            data.joinpath("catalog.csv").open("rb") as catalog,
            data.joinpath("partners.csv").open("rb") as partners,
            data.joinpath("questions.csv").open("rb") as questions,
            counting("Demo catalogue") as tick,
            runtime.begin() as session,
        ):
            loaded = load(
                session,
                runtime.clock,
                runtime.seal,
                catalog=cast(BinaryIO, catalog),
                partners=cast(BinaryIO, partners),
                questions=cast(BinaryIO, questions),
                endpoint_url=_endpoints(partner_url or runtime.settings.base_url + "/dev/partner/{slug}"),
                portal=runtime.links,
                if_empty=if_empty,
                progress=tick,
            )
    if loaded.report is None:
        click.echo("There are listings already; nothing was loaded.")
        return
    report = loaded.report
    click.echo(
        f"Demo catalogue: {report.added} added, {report.changed} changed, {report.withdrawn} withdrawn, "
        f"{report.unchanged} unchanged. Partners: {loaded.partners_added} added, {loaded.partners_kept} kept."
    )


def _endpoints(pattern: str) -> EndpointUrl:
    return lambda slug: pattern.replace("{slug}", slug)
