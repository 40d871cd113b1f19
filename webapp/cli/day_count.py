"""`program-match counts`: the counts by day that dashboards add up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from webapp.cli.output import counting, print_json, say
from webapp.cli.runtime import open_runtime
from webapp.services.day_count import OUTLIVING, TOPICS, count_again

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("counts")
def counts() -> None:
    """The counts by day that dashboards add up."""


@counts.command("again")
@click.option("--from", "first", type=_DAY, required=True, help="The first day (UTC).")
@click.option("--to", "last", type=_DAY, help="The last day (UTC); today when it is not named.")
@click.option(
    "--topic", "names", multiple=True, type=click.Choice([each.name for each in TOPICS]), help="Only this one."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def again(first: datetime, last: datetime | None, names: tuple[str, ...], as_json: bool) -> None:
    """Count days anew from the rows: after a restore, or when a dashboard and its rows do not agree.

    Days that are not settled yet are left out: those are counted from the rows whenever somebody looks. Forms and lists
    are deleted in time and their counts outlive them, so those are counted again only when --topic names them: what is
    gone is then in no count any more.
    """
    counted: dict[str, int] = {}
    with open_runtime() as runtime:
        until: date = last.date() if last else runtime.clock.now().astimezone(UTC).date()
        if until < first.date():
            raise click.UsageError("The last day is before the first.")
        for topic in TOPICS:
            if topic.name in names or not (names or topic in OUTLIVING):
                counted[topic.name] = 0
                with counting(f"Counting {topic.name}") as tick:
                    for days in count_again(runtime.begin, runtime.clock, topic, first.date(), until):
                        counted[topic.name] += days
                        tick(counted[topic.name], None)
    if as_json:
        print_json(counted)
        return
    for name, days in counted.items():
        say(f"{name}: {days:,} {'day' if days == 1 else 'days'}")
