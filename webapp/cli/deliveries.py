"""`program-match deliveries`: sending failed ones again."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.cli.runtime import open_runtime
from webapp.queries.failed_deliveries import failed_since
from webapp.services import audit
from webapp.services.delivery import replay as replay_delivery

ACTOR = "command line"


@click.group("deliveries")
def deliveries() -> None:
    """Send failed deliveries again."""


@deliveries.command("replay")
@click.argument("delivery_id", type=click.UUID, required=False)
@click.option(
    "--failed-since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Replay every delivery that failed since then (UTC).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be sent again, and send nothing.")
def replay(delivery_id: UUID | None, failed_since: datetime | None, dry_run: bool) -> None:
    """Send the failed delivery DELIVERY_ID again, or with --failed-since all that failed since.

    Each starts over with a full set of retries and keeps its webhook-id, by which the partner knows a repeat.
    """
    if (delivery_id is None) == (failed_since is None):
        raise click.UsageError("Give one DELIVERY_ID, or --failed-since, not both.")
    with open_runtime() as runtime, runtime.begin() as session:
        found = [delivery_id] if delivery_id else _failed(session, failed_since)
        for each in found if not dry_run else ():
            _replay(session, runtime, each)
    verb = "would be sent" if dry_run else "will be sent"
    click.echo(f"{len(found)} {'delivery' if len(found) == 1 else 'deliveries'} {verb} again.")


def _failed(session: Session, moment: datetime | None) -> list[UUID]:
    return failed_since(session, moment.replace(tzinfo=UTC)) if moment else []


def _replay(session: Session, runtime: Runtime, delivery_id: UUID) -> None:
    replay_delivery(session, runtime.clock, delivery_id)
    audit.record(
        session,
        runtime.clock,
        staff_id=None,
        actor=ACTOR,
        action="delivery.replay",
        object_type="delivery",
        object_id=str(delivery_id),
    )
