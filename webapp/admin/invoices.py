"""Invoices: the list, one with its lines and its file, and that it was paid."""

import io
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.admin.guard import EVERYONE, PARTNER_MANAGERS, needs_role, staff
from webapp.admin.partner_forms import PaymentForm
from webapp.admin.trail import write_down
from webapp.context import rate_limited, runtime
from webapp.domain.charge import InvoiceStatus
from webapp.domain.errors import Refused
from webapp.queries.invoice import get_invoice, invoice_entries, list_invoices
from webapp.queries.leads import partner_names
from webapp.services import invoice as invoices
from webapp.services.invoice_file import write_invoice_file
from webapp.services.invoice_paper import Issuer, write_invoice_paper
from webapp.ui import money_words
from webapp.ui.lists import chosen, chosen_id, cursor, page_links
from webapp.ui.refusals import put_beside_fields

blueprint = Blueprint("invoices", __name__, url_prefix="/invoices")


@blueprint.get("")
@needs_role(EVERYONE)
def index() -> ResponseReturnValue:
    """Invoices, newest first."""
    partner_id, status = chosen_id("partner"), chosen("status", InvoiceStatus)
    with runtime().begin() as session:
        page = list_invoices(session, partner_id=partner_id, status=status, cursor=cursor())
        partners = partner_names(session)
    return render_template(
        "admin/invoices.html",
        page=page,
        partners=partners,
        partner_id=partner_id,
        status=status,
        looks=money_words.INVOICE_LOOKS,
        amount=money_words.amount,
        **page_links(page),
    )


@blueprint.get("/<uuid:row_id>")
@needs_role(EVERYONE)
def detail(row_id: UUID) -> ResponseReturnValue:
    """One invoice with its lines."""
    return _page(row_id, PaymentForm())


@blueprint.get("/<uuid:row_id>/invoice.pdf")
@needs_role(EVERYONE)
def paper(row_id: UUID) -> ResponseReturnValue:
    """The same as PDF, as the partner downloads it."""
    built = runtime()
    with built.begin() as session:
        found = get_invoice(session, row_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.row.name}.pdf"'}
    content = write_invoice_paper(found, Issuer("Program Match", built.settings.postal_address))
    return Response(content, mimetype="application/pdf", headers=headers)


@blueprint.get("/<uuid:row_id>/leads.csv")
@needs_role(EVERYONE)
def file(row_id: UUID) -> ResponseReturnValue:
    """Every entry of an invoice, one a line. No personal data."""
    stream = io.StringIO()
    with runtime().begin() as session:
        name = get_invoice(session, row_id).row.name
        write_invoice_file(invoice_entries(session, row_id), stream)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(stream.getvalue(), mimetype="text/csv", headers=headers)


@blueprint.post("/<uuid:row_id>/pay")
@rate_limited("60/minute")
@needs_role(PARTNER_MANAGERS)
def pay(row_id: UUID) -> ResponseReturnValue:
    """Write down that the money came."""
    built, form = runtime(), PaymentForm()
    if form.validate_on_submit():
        try:
            with built.begin() as session:
                before = get_invoice(session, row_id).row.status
                invoices.pay(session, built.clock, row_id, actor=staff().email, reference=form.reference.data or "")
                after = {"status": InvoiceStatus.PAID, "reference": form.reference.data}
                write_down(session, "paid", "invoice", str(row_id), before={"status": before}, after=after)
        except Refused as refusal:
            put_beside_fields(form, refusal)
        else:
            flash("Written down as paid.", "good")
            return redirect(url_for("admin.invoices.detail", row_id=row_id), 303)
    return _page(row_id, form), 422


def _page(row_id: UUID, form: PaymentForm) -> str:
    with runtime().begin() as session:
        found = get_invoice(session, row_id)
    return render_template(
        "admin/invoice.html",
        found=found,
        form=form,
        look=money_words.INVOICE_LOOKS[found.row.status],
        line_labels=money_words.LINE_LABELS,
        amount=money_words.amount,
        may_pay=staff().may(PARTNER_MANAGERS) and found.row.status is InvoiceStatus.OPEN,
    )
