"""`program-match consent`: are the records of what students allowed as they were written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import click

from webapp.cli.output import counting, print_json, say
from webapp.cli.runtime import open_runtime
from webapp.domain.consent import ChainFault
from webapp.queries.consents import (
    ConsentChain,
    all_consent_chains,
    consent_chain,
    count_prospects_with_consents,
)

SHOWN = 20
Broken = tuple[UUID, ChainFault]
"""Whose records do not hold, and the first thing wrong with them."""


@click.group("consent")
def consent() -> None:
    """Check the records of what students allowed."""


@consent.command("verify")
@click.option("--prospect", "prospect_id", type=click.UUID, help="Check the records of this student only.")
@click.option("--all", "everybody", is_flag=True, help="Check every record.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(prospect_id: UUID | None, everybody: bool, as_json: bool) -> None:
    """Read the records, and name each that is not as it was written, or is missing.

    Exit code 1 when there is one. Reads nothing of who the students are.
    """
    if (prospect_id is None) != everybody:
        raise click.UsageError("Give --prospect with the id of a student, or --all, not both.")
    with open_runtime() as runtime, runtime.begin() as session, counting("Checking") as tick:
        if prospect_id is not None:
            found = [consent_chain(session, prospect_id)]
            chains, records, broken = _looked_at(found, None, tick)
        else:
            total = count_prospects_with_consents(session)
            chains, records, broken = _looked_at(all_consent_chains(session), total, tick)
    if as_json:
        told = [_fault(*each) for each in broken]
        print_json({"holds": not broken, "students": chains, "records": records, "faults": told})
    else:
        _say(chains, records, broken)
    if broken:
        raise SystemExit(1)


def _looked_at(found: Iterable[ConsentChain], total: int | None, tick: Any) -> tuple[int, int, list[Broken]]:
    chains = records = 0
    broken: list[Broken] = []
    for chain in found:
        chains, records = chains + 1, records + len(chain.rows)
        if chain.fault is not None:
            broken.append((chain.prospect_id, chain.fault))
        if chains % 500 == 0:
            tick(chains, total)
    return chains, records, broken


def _fault(prospect_id: UUID, fault: ChainFault) -> dict[str, Any]:
    return {
        "prospect_id": str(prospect_id),
        "sequence": fault.sequence,
        "record_id": str(fault.record_id) if fault.record_id else None,
        "what": fault.what,
    }


def _say(chains: int, records: int, broken: list[Broken]) -> None:
    if not broken:
        say(f"All hold: {records:,} records of {chains:,} students.")
        return
    for line in _lines(broken):
        say(line)
    say(f"{len(broken):,} of {chains:,} students have records that do not hold. Compare them with a backup;")
    say("the way is in docs/runbook.md.")


def _lines(broken: list[Broken]) -> Iterator[str]:
    for told in (_fault(*each) for each in broken[:SHOWN]):
        name = f"record {told['record_id']}" if told["record_id"] else "a record that is gone"
        yield f"Student {told['prospect_id']}, place {told['sequence']}, {name}: {told['what']}"
    if len(broken) > SHOWN:
        yield f"… and {len(broken) - SHOWN:,} more: --json names all."
