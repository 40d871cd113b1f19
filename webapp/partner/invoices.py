"""Invoices: what is owed so far, the list, and one of them as page, paper and file."""

import io
from uuid import UUID

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from webapp.context import runtime
from webapp.domain.charge import InvoiceStatus
from webapp.domain.partner_role import EVERYONE
from webapp.domain.time_zone import time_zone_label
from webapp.partner.guard import member, needs_role
from webapp.queries.invoice import get_invoice, invoice_entries, list_invoices
from webapp.queries.open_cycle import list_open_cycles
from webapp.services.invoice_file import write_invoice_file
from webapp.services.invoice_paper import Issuer, write_invoice_paper
from webapp.ui.lists import chosen, cursor, page_links
from webapp.ui.money_words import CYCLE_SPANS, INVOICE_LOOKS, LINE_LABELS, amount

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """What is owed so far, and the invoices, newest first."""
    built, who, status = runtime(), member(), chosen("status", InvoiceStatus)
    with built.begin() as session:
        page = list_invoices(session, partner_id=who.partner_id, status=status, cursor=cursor())
        cycles = list_open_cycles(session, who.partner_id, built.clock.now())
    return render_template(
        "partner/invoices.html",
        page=page,
        cycles=cycles,
        spans=CYCLE_SPANS,
        status=status,
        looks=INVOICE_LOOKS,
        amount=amount,
        zone=time_zone_label(who.time_zone),
        now=built.clock.now(),
        **page_links(page),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One invoice with its lines."""
    with runtime().begin() as session:
        found = get_invoice(session, row_id, partner_id=member().partner_id)
    return render_template(
        "partner/invoice.html",
        found=found,
        look=INVOICE_LOOKS[found.row.status],
        line_labels=LINE_LABELS,
        amount=amount,
    )


@blueprint.get("/<uuid:row_id>/invoice.pdf")
@needs_role(EVERYONE)
def paper(row_id: UUID) -> ResponseReturnValue:
    """The same as PDF."""
    built = runtime()
    with built.begin() as session:
        found = get_invoice(session, row_id, partner_id=member().partner_id)
    issuer = Issuer("Program Match", built.settings.postal_address)
    return _attached(write_invoice_paper(found, issuer), f"{found.row.name}.pdf", "application/pdf")


@blueprint.get("/<uuid:row_id>/leads.csv")
@needs_role(EVERYONE)
def file(row_id: UUID) -> ResponseReturnValue:
    """Every entry of an invoice, one a line. No personal data."""
    stream = io.StringIO()
    with runtime().begin() as session:
        name = get_invoice(session, row_id, partner_id=member().partner_id).row.name
        write_invoice_file(invoice_entries(session, row_id), stream)
    return _attached(stream.getvalue(), f"{name}.csv", "text/csv")


def _attached(content: str | bytes, name: str, kind: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
