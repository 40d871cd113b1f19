"""`program-match billing`: closing cycles into invoices, and what is owed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from webapp.bootstrap import Runtime
from webapp.cli.faults import Told
from webapp.cli.output import print_json, print_table, say
from webapp.cli.runtime import open_runtime
from webapp.queries.invoice import InvoiceDetail, due_cycles, get_invoice
from webapp.queries.ledger import CycleRow, cycle_report, ledger_faults
from webapp.queries.partners import find_partner_id
from webapp.services import billing_cycle, invoice
from webapp.services.invoice_file import amount


@click.group("billing")
def billing() -> None:
    """Close billing cycles into invoices, and report what is owed."""


@billing.command("close")
@click.option("--dry-run", is_flag=True, help="Say which cycles are over, and close none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def close(dry_run: bool, as_json: bool) -> None:
    """Make the invoices of every cycle that is over. Safe to repeat: a cycle is closed once.

    The schedule does the same every quarter of an hour.
    """
    with open_runtime() as runtime:
        due = _due(runtime, dry_run=dry_run)
        made = [] if dry_run else [each for cycle_id in due for each in _close(runtime, cycle_id)]
    if as_json:
        print_json({"cycles": [str(each) for each in due], "invoices": [_invoice(each) for each in made]})
        return
    verb = "would be closed" if dry_run else "closed"
    say(f"{len(due)} {'cycle' if len(due) == 1 else 'cycles'} {verb}.")
    if made:
        columns = ("invoice", "partner", "from", "to", "currency", "total")
        print_table(columns, (list(_invoice(each).values())[:6] for each in made))


@billing.command("report")
@click.option("--partner", "slug", help="Only this partner, by its short name.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only cycles that end after this day (UTC).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def report(slug: str | None, since: datetime | None, as_json: bool) -> None:
    """What each partner owes for each cycle, and whether ledger, charges and invoices agree.

    Ends with 1 where they do not.
    """
    with open_runtime() as runtime, runtime.begin() as session:
        after = since.replace(tzinfo=UTC) if since else None
        rows = cycle_report(session, partner_id=_partner(session, slug), since=after)
        faults = ledger_faults(session)
    if as_json:
        print_json({"cycles": [_row(row) for row in rows], "faults": list(faults)})
    else:
        columns = ("partner", "cycle", "from", "currency", "leads", "fees", "flat", "credits", "total", "invoice")
        print_table(columns, map(_cells, rows))
    if faults:
        raise Told("The ledger does not agree:", faults)
    if not as_json:
        say("Ledger, charges and invoices agree.")


def _due(runtime: Runtime, *, dry_run: bool) -> tuple[UUID, ...]:
    with runtime.begin() as session:
        if not dry_run:
            billing_cycle.prepare(session, runtime.clock.now())
        return due_cycles(session, runtime.clock.now())


def _close(runtime: Runtime, cycle_id: UUID) -> list[InvoiceDetail]:
    """Each cycle in a transaction of its own."""
    with runtime.begin() as session:
        made = invoice.close(session, runtime.clock, cycle_id)
        return [get_invoice(session, each) for each in made]


def _partner(session: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = find_partner_id(session, slug)
    if found is None:
        raise Told(f"There is no partner “{slug}”.")
    return found


def _invoice(made: InvoiceDetail) -> dict[str, Any]:
    row = made.row
    return {
        "invoice": row.name,
        "partner": row.partner,
        "from": row.starts_on.isoformat(),
        "to": row.last_day.isoformat(),
        "currency": row.currency,
        "total": amount(row.total_cents),
        "total_cents": row.total_cents,
        "id": str(row.id),
    }


def _row(row: CycleRow) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(row).items() if name != "invoice_number"}
    for name in ("partner_id", "invoice_id"):
        plain[name] = str(plain[name]) if plain[name] else None
    for name in ("starts_on", "starts_at", "ends_at", "closed_at"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    return {**plain, "invoice": row.invoice}


def _cells(row: CycleRow) -> tuple[str, ...]:
    return (
        row.partner,
        row.kind,
        row.starts_on.isoformat(),
        row.currency,
        f"{row.leads:,}",
        *(amount(cents) for cents in (row.lead_cents, row.flat_cents, row.credit_cents, row.total_cents)),
        f"{row.invoice} ({row.invoice_status})" if row.invoice else "open",
    )
