"""`program-match mail check`: how our mail stands with those who receive it."""

from __future__ import annotations

import click

from webapp.bootstrap import load_settings, sender_setup
from webapp.cli.faults import plainly
from webapp.cli.output import print_json, print_table
from webapp.domain.sender_check import Verdict
from webapp.gateways.dns import DnsResolver
from webapp.services.sender_check import check_sender


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(as_json: bool) -> None:
    """Ask name servers for SPF, DKIM, DMARC, the way back and PTR of the configured sender.

    Exit code 1 when one of them is bad. Where no name server can be asked it says so, and that is no failure.
    """
    with plainly():
        points = check_sender(sender_setup(load_settings()), DnsResolver())
    if as_json:
        told = [
            {
                "point": each.point,
                "verdict": each.verdict,
                "name": each.name,
                "words": each.words,
                "found": each.found,
                "wanted": each.wanted,
            }
            for each in points
        ]
        print_json({"ok": not any(each.verdict is Verdict.BAD for each in points), "points": told})
    else:
        print_table(
            ("point", "verdict", "where", "what"),
            [(each.point.value, each.verdict.value, each.name, _words(each.words, each.wanted)) for each in points],
            title="The sender check",
        )
    if any(each.verdict is Verdict.BAD for each in points):
        raise click.exceptions.Exit(1)


def _words(words: str, wanted: str) -> str:
    return f"{words} Put there: {wanted}" if wanted else words
