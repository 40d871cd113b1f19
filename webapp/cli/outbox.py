"""`program-match outbox`: how far the handing over of work has come."""

from __future__ import annotations

from dataclasses import asdict

import click

from webapp.cli.output import print_json, say
from webapp.cli.runtime import open_runtime
from webapp.queries.outbox import outbox_status


@click.group("outbox")
def outbox() -> None:
    """How far the handing over of work has come."""


@outbox.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Events that wait: due now, due later, and how late the oldest is."""
    with open_runtime() as runtime, runtime.begin() as session:
        found = outbox_status(session, runtime.clock.now())
    if as_json:
        print_json(asdict(found))
        return
    say(f"Due now: {found.due}, the oldest for {found.oldest_seconds:.0f} s. Due later: {found.later}.")
    for kind, count in sorted(found.by_kind.items()):
        say(f"  {kind}: {count}")
    if found.oldest_seconds > 60:
        say("Work waits for longer than a minute. Check that the worker and the schedule run and reach the broker.")
