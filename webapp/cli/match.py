"""`program-match match`: rank programs for a profile, from the database or from a file alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from webapp.cli.faults import Told, plainly
from webapp.cli.lazy import load
from webapp.cli.output import print_json, say
from webapp.domain.advice import counterfactual_sentence, pathway_sentence, step_sentence
from webapp.domain.label import band_label, verdict_label
from webapp.domain.listing import Listing
from webapp.domain.listing_words import length, price, teaching
from webapp.domain.near_miss import near_miss_sentence
from webapp.domain.profile import Profile
from webapp.domain.profile_reader import ProfileError
from webapp.domain.requirement import gap_sentence
from webapp.domain.wording import caveat_sentence, reason_sentence
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Weights, rank
from webapp.services.catalog_file import read_listing_file

MAX_PROFILE = 1_000_000
FAULTS_SHOWN = 5
WIDEST = 100


@click.command("match")
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="A profile in JSON; - reads it from standard input.",
)
@click.option(
    "--catalog",
    "catalog_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rank the listings of this file; no database is used.",
)
@click.option("--top", type=click.IntRange(1, 100), help="How many matches; 10 unless told.")
@click.option("--replay", "submission_id", type=click.UUID, help="Rank again what this submission asked, and compare.")
@click.option("--json", "as_json", is_flag=True, help="Print the ranking as JSON.")
def match(
    profile_file: str | None, catalog_file: Path | None, top: int | None, submission_id: UUID | None, as_json: bool
) -> None:
    """Rank programs for a profile and say why.

    The same profile, catalogue and weights give the same answer, byte for byte. With --replay SUBMISSION they
    are those of a stored submission: exit 0 when its ranking comes out byte for byte, 1 when not.
    """
    if submission_id is not None:
        if (profile_file, catalog_file, top) != (None, None, None):
            raise click.UsageError("--replay brings its own profile, catalogue and number: give it alone.")
        _replay(submission_id, as_json=as_json)
        return
    if profile_file is None:
        raise click.UsageError("Give --profile FILE, or --replay SUBMISSION.")
    with plainly(), click.open_file(profile_file, "rb") as stream:
        profile = _profile(stream.read(MAX_PROFILE + 1))
    # A file is ranked by the code's own weights: no database is asked which are live.
    catalog, weights = (_catalog_of_file(catalog_file), DEFAULT_WEIGHTS) if catalog_file else _of_database()
    ranking = rank(profile, catalog, weights, top or 10).to_json()
    if as_json:
        print_json(ranking)
    else:
        _print_ranking(ranking, catalog)


def _replay(submission_id: UUID, *, as_json: bool) -> None:
    # Loaded only now: ranking a file needs neither the database's code nor its servers.
    found = load("webapp.cli.replayed:replayed")(submission_id)
    if as_json:
        print_json(load("webapp.cli.replayed:in_json")(found))
    else:
        _print_ranking(found.ranking, found.catalog)
        for line in load("webapp.cli.replayed:in_words")(found):
            say(line)
    if not found.reproduced:
        raise click.exceptions.Exit(1)


def _profile(data: bytes) -> Profile:
    if len(data) > MAX_PROFILE:
        raise Told(f"The profile has more than {MAX_PROFILE:,} bytes; a profile has a few thousand at most.")
    try:
        return Profile.from_json(json.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise Told("The profile is not UTF-8 text. Save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Told(f"The profile is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from None
    except RecursionError:
        raise Told("The profile is nested too deeply to be one.") from None
    except ProfileError as error:
        raise Told("The profile was refused:", (str(problem) for problem in error.problems)) from None


def _of_database() -> tuple[Catalog, Weights]:
    # Loaded only now: ranking a file needs neither the database's code nor its servers.
    catalog, weights = load("webapp.cli.published:published")()
    if not len(catalog):
        raise Told(
            "No listing is published.", ["Run: program-match demo load", "or: program-match catalog import FILE"]
        )
    return catalog, weights


def _catalog_of_file(path: Path) -> Catalog:
    listings: list[Listing] = []
    faults: list[str] = []
    lines: dict[str, int] = {}
    with plainly(), path.open("rb") as stream:
        for row in read_listing_file(stream):
            faults += [f"line {row.line}: {fault}" for fault in row.faults]
            if row.listing is None:
                continue
            first = lines.setdefault(row.listing.program_id, row.line)
            if first != row.line:
                faults.append(f"line {row.line}: program_id: {row.listing.program_id} stands on line {first} already")
            else:
                listings.append(row.listing)
        stream.seek(0)
        version = hashlib.file_digest(stream, "sha256").hexdigest()[:12]
    _warn(faults)
    if not listings:
        raise Told(f"{path}: no row is a good listing.", faults[:FAULTS_SHOWN])
    return Catalog.from_listings(listings, version=f"file:{version}")


def _warn(faults: list[str]) -> None:
    if not faults:
        return
    click.echo(f"Left out, because of {len(faults)} faults:", err=True)
    for fault in faults[:FAULTS_SHOWN]:
        click.echo(f"  - {fault}", err=True)
    if len(faults) > FAULTS_SHOWN:
        click.echo("  - ... `program-match catalog import --dry-run` lists all of them.", err=True)


def _print_ranking(ranking: Mapping[str, Any], catalog: Catalog) -> None:
    for found in ranking["matches"]:
        _print_match(found, catalog.listings[catalog.row_of[found["program_id"]]])
    for pathway in ranking["pathways"]:
        _print_way(pathway, catalog)
    excluded = sum(ranking["excluded"].values())
    say(f"{ranking['considered']:,} considered, {excluded:,} beyond a hard limit. Catalogue {ranking['catalog']}.")
    for miss in ranking["near_misses"]:
        _paragraph(near_miss_sentence(miss))
    say("--json prints everything: facts, sources and dates, contributions.")


def _print_match(found: Mapping[str, Any], listing: Listing) -> None:
    low, high = (round(100 * end) for end in found["interval"])
    _paragraph(f"{found['rank']}. {listing.name}, {listing.institution} [{listing.program_id}]")
    judged = f"{verdict_label(found['verdict'])}. {band_label(found['band'])}: {round(100 * found['score'])} of 100"
    _paragraph(f"{judged} ({low} to {high}).", "   ")
    cost = price(listing)
    facts = (cost.text if cost else "Price not published", length(listing), teaching(listing))
    _paragraph(". ".join(fact for fact in facts if fact) + ".", "   ")
    for sign, sentences in (
        ("+", [reason_sentence(reason) for reason in found["reasons"]]),
        ("-", [caveat_sentence(caveat) for caveat in found["caveats"]]),
        ("!", [gap_sentence(gap) for gap in found["gaps"]]),
        ("?", [counterfactual_sentence(item) for item in found["counterfactuals"]]),
    ):
        for sentence in sentences:
            _paragraph(sentence, f"   {sign} ", "     ")
    click.echo()


def _print_way(pathway: Mapping[str, Any], catalog: Catalog) -> None:
    _paragraph(("A way in steps: " if pathway["steps"] else "Good to know: ") + pathway_sentence(pathway))
    for number, step in enumerate(pathway["steps"], 1):
        listing = catalog.listings[catalog.row_of[step["program_id"]]]
        _paragraph(f"{number}. {step_sentence(step, listing.name, listing.institution)}", "   ", "      ")
    click.echo()


def _paragraph(text: str, first: str = "", rest: str = "   ") -> None:
    # A file or a pipe gets the same lines everywhere.
    width = min(shutil.get_terminal_size().columns, WIDEST) if sys.stdout.isatty() else WIDEST
    click.echo(textwrap.fill(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False))
