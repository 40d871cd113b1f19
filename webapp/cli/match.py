"""`program-match match`: rank programs for a profile, from the database or from a file alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from webapp.cli.faults import Told, plainly
from webapp.cli.lazy import load
from webapp.cli.output import print_json, print_table, say
from webapp.domain.listing import Listing
from webapp.domain.profile import Profile, ProfileError
from webapp.matching import DEFAULT_WEIGHTS, Catalog, rank
from webapp.services.catalog_file import read_listing_file

MAX_PROFILE = 1_000_000
FAULTS_SHOWN = 5
REASONS_SHOWN = 3


@click.command("match")
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    required=True,
    help="A profile in JSON; - reads it from standard input.",
)
@click.option(
    "--catalog",
    "catalog_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rank the listings of this file; no database is used.",
)
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True, help="How many matches.")
@click.option("--json", "as_json", is_flag=True, help="Print the ranking as JSON.")
def match(profile_file: str, catalog_file: Path | None, top: int, as_json: bool) -> None:
    """Rank programs for a profile and say why.

    The same profile and catalogue give the same answer, byte for byte.
    """
    with plainly(), click.open_file(profile_file, "rb") as stream:
        profile = _profile(stream.read(MAX_PROFILE + 1))
    catalog = _catalog_of_file(catalog_file) if catalog_file else _catalog_of_database()
    ranking = rank(profile, catalog, DEFAULT_WEIGHTS, top).to_json()
    if as_json:
        print_json(ranking)
    else:
        _print_ranking(ranking, catalog)


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


def _catalog_of_database() -> Catalog:
    # Loaded only now: ranking a file needs neither the database's code nor its servers.
    catalog: Catalog = load("webapp.cli.published:published_catalog")()
    if not len(catalog):
        raise Told(
            "No listing is published.", ["Run: program-match demo load", "or: program-match catalog import FILE"]
        )
    return catalog


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
    rows = []
    for found in ranking["matches"]:
        listing = catalog.listings[catalog.row_of[found["program_id"]]]
        why = "\n".join(_reason(reason) for reason in found["reasons"][:REASONS_SHOWN])
        low, high = found["interval"]
        score = f"{found['score']:.2f} ({low:.2f}-{high:.2f})"
        rows.append(
            (found["rank"], f"{listing.name}\n{listing.institution}", found["verdict"], found["band"], score, why)
        )
    print_table(("", "program", "verdict", "band", "score", "reasons"), rows)
    excluded = sum(ranking["excluded"].values())
    say(f"{ranking['considered']:,} considered, {excluded:,} beyond a hard limit. Catalogue {ranking['catalog']}.")
    say("--json prints reasons with facts, sources and dates, caveats, gaps and pathways.")


def _reason(reason: Mapping[str, Any]) -> str:
    """The reason's code in words, with the fact it stands on and its date."""
    told, fact = str(reason["code"]).replace("_", " "), reason["fact"]
    if fact is None or fact["column"] is None:
        return told
    value = ", ".join(map(str, fact["value"])) if isinstance(fact["value"], list) else fact["value"]
    as_of = f", {reason['as_of']}" if reason["as_of"] else ""
    return f"{told}: {fact['column']} {str(value)[:60]}{as_of}"
