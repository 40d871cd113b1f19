"""`program-match weights`: the versions of the weights, and proposing learned ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from webapp.cli.faults import Told
from webapp.cli.lazy import load
from webapp.cli.output import print_json, print_table, say
from webapp.cli.runtime import open_runtime
from webapp.domain.label import CRITERION_LABELS
from webapp.domain.profile import Criterion
from webapp.queries.weights import get_version, list_versions
from webapp.services.audit import COMMAND_LINE


@click.group("weights")
def weights() -> None:
    """The weights that lists are ranked with, in versions. Publishing is done by people, in the back office."""


@weights.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_all(as_json: bool) -> None:
    """Every version: proposals that wait, the live one, former ones."""
    with open_runtime() as runtime, runtime.begin() as session:
        versions = list_versions(session)
    if as_json:
        print_json(
            [
                {"version": each.version, "status": each.status, "note": each.note, "weights": each.weights.to_json()}
                for each in versions
            ]
        )
        return
    print_table(
        ("version", "status", "made by", "note"),
        ((each.version, each.status, each.made_by, each.note) for each in versions),
    )


@weights.command("propose")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only lists made from this day (UTC).")
@click.option("--dry-run", is_flag=True, help="Say what would be proposed, and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def propose(since: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Learn weights from what students chose, and keep them as a proposal that waits for a person.

    Reads introductions, what was put aside and dated outcomes of the lists that the live weights ranked; never who
    pays, how much or how many. Ends with 1 where they say too little. It needs scikit-learn: make learn.
    """
    learned_proposal = _learning()
    with open_runtime() as runtime:
        catalog = runtime.snapshot.current()
        with runtime.begin() as session:
            found = learned_proposal(
                session,
                runtime.clock,
                catalog,
                actor=COMMAND_LINE,
                since=since.replace(tzinfo=UTC) if since else None,
                dry_run=dry_run,
            )
            version = get_version(session, found.version_id).version if found.version_id else None
    if as_json:
        print_json({"proposed": version, "refusal": found.refusal, "evidence": found.evidence})
    else:
        _tell(found, version)
    if found.refusal:
        raise Told(f"Nothing is proposed. {found.refusal}")


def _learning() -> Any:
    # Loaded only now: an installation without the library for the fit does everything else.
    try:
        return load("webapp.services.weights_learning:propose")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("sklearn", "scipy"):
            raise
        raise Told("Learning needs scikit-learn, which is not installed.", ["Run: make learn"]) from None


def _tell(found: Any, version: str | None) -> None:
    evidence = found.evidence
    lists, seen, live = f"{evidence['lists']:,}", f"{evidence['lists_seen']:,}", evidence["live"]
    say(f"{lists} of {seen} lists ranked with {live} hold a choice to learn from.")
    power, basis = evidence["propensity"]["power"], evidence["propensity"]["basis"]
    say(f"The chance of a look at place n is taken as 1 / n ** {power:g} ({basis}).")
    gain = evidence["gain"]
    if gain is not None:
        interval = f"99 % sure: {gain['low']:+.4f} to {gain['high']:+.4f}"
        say(f"Gain on lists that were held out: {gain['mean']:+.4f} of a choice's discount ({interval}).")
    if found.proposed is None:
        return
    rows = (
        (CRITERION_LABELS[each], f"{found.live.unstated[each]:g}", f"{found.proposed.unstated[each]:g}")
        for each in Criterion
    )
    print_table(("criterion", "live", "proposed"), rows)
    say(f"Kept as {version}: it waits in the back office." if version else "A dry run: nothing was kept.")
