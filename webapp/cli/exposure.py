"""`program-match exposure`: are partners' programs shown as high as others, at equal relevance?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from webapp.cli.output import print_json, print_table, say
from webapp.cli.runtime import open_runtime
from webapp.services.exposure import STEP, SUSPICIOUS, Audit, Side, measure


@click.command("exposure")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only submissions made since then (UTC).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def exposure(since: datetime | None, as_json: bool) -> None:
    """Compare how high partners' programs and others were shown to students whom they fit alike.

    Reads the stored lists of the newest submissions (10,000 at most), nothing of who asked.
    """
    with open_runtime() as runtime, runtime.begin() as session:
        found = measure(session, since=since.replace(tzinfo=UTC) if since else None)
    if as_json:
        print_json({**asdict(found), "difference": found.difference})
        return
    if not found.submissions:
        say("No list is stored yet, so there is nothing to compare.")
        return
    print_table(
        ("programs of", "places", "mean rank", "share of the exposure"),
        [_row("partners", found.partners), _row("others", found.others)],
    )
    for line in _words(found):
        say(line)


def _row(name: str, side: Side) -> tuple[str, str, str, str]:
    rank = "–" if side.mean_rank is None else f"{side.mean_rank:.2f}"
    return name, f"{side.shown:,}", rank, f"{side.exposure_share:.1%}"


def _words(found: Audit) -> Iterator[str]:
    yield f"From {found.submissions:,} lists. Higher places count more: place 1 is seen twice as much as place 3."
    if found.published_share is not None:
        yield f"Partners have {found.published_share:.1%} of the published programs."
    if found.observed is None or found.expected is None or found.p_value is None or found.difference is None:
        yield "No list held a partner's program and another that fit alike, so the two cannot be compared."
        return
    yield (
        f"At equal relevance (one list, same verdict and band, scores within {STEP:g}; {found.groups:,} groups of "
        f"{found.compared:,} programs), partners had {found.observed:.1%} of the exposure; lots would give them "
        f"{found.expected:.1%}."
    )
    points = f"{100 * found.difference:+.1f} points"
    yield f"Difference: {points}. Lots alone differ so much with chance {found.p_value:.3f}."
    if found.p_value >= SUSPICIOUS:
        yield "That is no sign that paying moves a program."
    else:
        yield "Chance hardly explains that. The ranking cannot see who pays: look what else partners' listings share,"
        yield "such as fuller or fresher facts, which break ties, and replay some of these lists."
