"""`program-match deliveries`: sending failed ones again, and repeating delivered ones for a partner that lost them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import click
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.cli.faults import told
from webapp.cli.runtime import open_runtime
from webapp.domain.delivery import Side
from webapp.domain.errors import Problem
from webapp.queries.failed_deliveries import delivered_since, failed_since
from webapp.services import audit
from webapp.services.audit import COMMAND_LINE
from webapp.services.redelivery import Replayed, redeliver, replay_each
from webapp.services.redelivery import replay as replay_delivery

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group("deliveries")
def deliveries() -> None:
    """Send deliveries again."""


@deliveries.command("replay")
@click.argument("delivery_ids", type=click.UUID, nargs=-1, metavar="[DELIVERY_ID]...")
@click.option("--failed-since", type=MOMENT, help="Replay every delivery that failed since then (UTC).")
@click.option(
    "--delivered-since",
    type=MOMENT,
    help="Hand over again every lead delivered since then (UTC), for a partner that lost them. Counts once.",
)
@click.option("--redeliver", "delivered", is_flag=True, help="The ids are of delivered leads, to be handed over again.")
@click.option("--partner", help="With --failed-since or --delivered-since: only those of the partner with this slug.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent again, and send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(
    delivery_ids: tuple[UUID, ...],
    failed_since: datetime | None,
    delivered_since: datetime | None,
    delivered: bool,
    partner: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send the failed deliveries DELIVERY_ID again, or all that failed since a time.

    Each starts over with a full set of retries and keeps its webhook-id, by which the partner knows a repeat.
    """
    since = failed_since or delivered_since
    if sum((bool(delivery_ids), failed_since is not None, delivered_since is not None)) != 1:
        raise click.UsageError("Give one DELIVERY_ID or more, or --failed-since, or --delivered-since: one of them.")
    if (partner and since is None) or (delivered and not delivery_ids):
        raise click.UsageError("--partner goes with a time, --redeliver with ids.")
    again_for = delivered or delivered_since is not None
    with open_runtime() as runtime:
        found = list(delivery_ids) or _ended(runtime, since, partner, again_for)
        done = Replayed(tuple(found), ()) if dry_run else _replay(runtime, found, again_for)
    _say(done, dry_run=dry_run, as_json=as_json)
    if done.refused and delivery_ids:
        raise told(Problem(str(each), words) for each, words in done.refused)


def _ended(runtime: Runtime, since: datetime | None, partner: str | None, delivered: bool) -> list[UUID]:
    if since is None:
        return []
    find = delivered_since if delivered else failed_since
    with runtime.begin() as session:
        return find(session, since.replace(tzinfo=UTC), partner_slug=partner)


def _replay(runtime: Runtime, found: Sequence[UUID], delivered: bool) -> Replayed:
    def note(session: Session, delivery_id: UUID) -> None:
        audit.record(
            session,
            runtime.clock,
            staff_id=None,
            actor=COMMAND_LINE,
            action="delivery.redeliver" if delivered else "delivery.replay",
            object_type="delivery",
            object_id=str(delivery_id),
        )

    again = redeliver if delivered else replay_delivery
    return replay_each(runtime.begin, runtime.clock, found, by=Side.STAFF, again=again, note=note)


def _say(done: Replayed, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        refused = [{"delivery_id": str(each), "why": words} for each, words in done.refused]
        click.echo(json.dumps({"sent": [str(each) for each in done.sent], "refused": refused, "dry_run": dry_run}))
        return
    verb = "would be sent" if dry_run else "will be sent"
    click.echo(f"{len(done.sent)} {'delivery' if len(done.sent) == 1 else 'deliveries'} {verb} again.")
    for each, words in done.refused:
        click.echo(f"{each} not: {words}", err=True)
