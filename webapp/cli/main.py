"""`program-match`: everything that is done from the shell.

Exit codes: 0 done, 1 refused or failed (the reasons on standard error), 2 wrong usage.
"""

from __future__ import annotations

import click

from webapp.cli.lazy import LazyGroup

_COMMANDS = {
    "run": ("webapp.cli.run:run", "Start everything on this machine."),
    "match": ("webapp.cli.match:match", "Rank programs for a profile."),
    "catalog": ("webapp.cli.catalog:catalog", "Import and export listings."),
    "db": ("webapp.cli.database:db", "Bring the tables up to date, or look how they stand."),
    "demo": ("webapp.cli.demo_data:demo", "Load the invented catalogue and partners."),
    "staff": ("webapp.cli.staff:staff", "Accounts for the back office."),
    "partner": ("webapp.cli.partner:partner", "Partners' people in the portal, and keys of their systems."),
    "mail": ("webapp.cli.mail:mail", "What comes back for our mails, and how they stand with those who receive them."),
    "outbox": ("webapp.cli.outbox:outbox", "How far the handing over of work has come."),
    "counts": ("webapp.cli.day_count:counts", "The counts by day that dashboards add up."),
    "exposure": ("webapp.cli.exposure:exposure", "Compare how high partners and others are shown."),
    "weights": ("webapp.cli.weights:weights", "The versions of the weights, and learning others."),
    "consent": ("webapp.cli.consent:consent", "Check the records of what students allowed."),
    "deliveries": ("webapp.cli.deliveries:deliveries", "Send failed deliveries again."),
    "billing": ("webapp.cli.billing:billing", "Close billing cycles into invoices, and report what is owed."),
    "settings": ("webapp.cli.settings_check:settings", "Check the settings."),
    "version": ("webapp.cli.version:version", "Say which version this is."),
}


@click.group(cls=LazyGroup, commands_at=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Program Match: matches students and programs, and says why."""


if __name__ == "__main__":
    main()
