"""Invoices: closing a cycle into them, each once, numbered without a gap, and writing down that they were paid."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.domain.charge import INVOICE_LIFECYCLE, MONEY_LIFECYCLE, EntryKind, InvoiceStatus, MoneyStatus
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.partner import PartnerStatus
from webapp.domain.terms import FeeKind
from webapp.models import (
    BillingCycle,
    Fee,
    Invoice,
    InvoiceNumber,
    Lead,
    LeadCharge,
    LedgerEntry,
    Partner,
    PartnerEvent,
    TermsVersion,
)
from webapp.services import charge

_SERIES = "invoices"
_OWES_FLAT_FEES = (PartnerStatus.LIVE, PartnerStatus.PAUSED)
_LONGEST_REFERENCE = 200


def close(session: Session, clock: Clock, cycle_id: UUID) -> tuple[UUID, ...]:
    """Close a cycle that is over and make its invoices, one a currency; their ids.

    Nothing happens when it is not over or was closed before. A cycle in which nothing was billed gets no invoice.
    """
    now = clock.now()
    cycle = session.execute(
        select(BillingCycle)
        .where(BillingCycle.id == cycle_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if cycle is None:
        raise NotFound("There is no such billing cycle.")
    if cycle.closed_at is not None or cycle.ends_at > now:
        return ()
    _bill_flat_fees(session, cycle)
    _credit_seeds(session, cycle)
    legal_name = session.get_one(Partner, cycle.partner_id).legal_name
    totals = session.execute(
        select(LedgerEntry.currency, func.sum(LedgerEntry.amount_cents))
        .where(LedgerEntry.cycle_id == cycle.id)
        .group_by(LedgerEntry.currency)
        .order_by(LedgerEntry.currency)
    ).all()
    made = tuple(_issue(session, cycle, currency, int(total), legal_name, at=now) for currency, total in totals)
    _move_charges(session, MoneyStatus.ACCRUED, MoneyStatus.INVOICED, LeadCharge.cycle_id == cycle.id, at=now)
    cycle.closed_at = now
    session.flush()
    return made


def pay(session: Session, clock: Clock, invoice_id: UUID, *, actor: str, reference: str) -> None:
    """Staff saw the money of an invoice (or settled one that owes nothing): it and its leads are paid.

    Refused when it was paid before; `reference` is how the payment is found again.
    """
    invoice = session.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise NotFound("There is no such invoice.")
    if not INVOICE_LIFECYCLE.allows(invoice.status, InvoiceStatus.PAID):
        raise Refused(Problem("invoice", f"It was written down as paid on {invoice.paid_at:%Y-%m-%d}."))
    if not reference.strip() or len(reference) > _LONGEST_REFERENCE:
        raise Refused(Problem("reference", "Say how the payment is found again, in at most 200 characters."))
    invoice.status = INVOICE_LIFECYCLE.check(invoice.status, InvoiceStatus.PAID)
    invoice.paid_at, invoice.paid_by, invoice.payment_reference = clock.now(), actor, reference.strip()
    theirs = (LeadCharge.cycle_id == invoice.cycle_id) & (LeadCharge.currency == invoice.currency)
    _move_charges(session, MoneyStatus.INVOICED, MoneyStatus.PAID, theirs, at=clock.now())
    session.flush()


def _issue(session: Session, cycle: BillingCycle, currency: str, total: int, legal_name: str, *, at: datetime) -> UUID:
    # The row stays locked until this transaction ends: a number is given to an invoice that is there, or to none.
    number = session.execute(
        update(InvoiceNumber)
        .where(InvoiceNumber.series == _SERIES)
        .values(last=InvoiceNumber.last + 1)
        .returning(InvoiceNumber.last)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    invoice_id = new_id()
    session.execute(
        insert(Invoice).values(
            id=invoice_id,
            number=number,
            partner_id=cycle.partner_id,
            cycle_id=cycle.id,
            currency=currency,
            total_cents=total,
            legal_name=legal_name,
            status=InvoiceStatus.OPEN,
            issued_at=at,
        )
    )
    return invoice_id


def _bill_flat_fees(session: Session, cycle: BillingCycle) -> None:
    """The flat fees of the terms in force when the cycle began, where the partner was there for leads then."""
    version = session.scalars(
        select(TermsVersion)
        .where(TermsVersion.partner_id == cycle.partner_id, TermsVersion.in_force_at <= cycle.starts_at)
        .order_by(TermsVersion.in_force_at.desc(), TermsVersion.id.desc())
        .limit(1)
    ).first()
    if version is None or version.cycle is not cycle.kind or not _owes_flat_fees(session, cycle):
        return
    flat = select(Fee).where(Fee.terms_id == version.id, Fee.kind == FeeKind.FLAT_PER_CYCLE, Fee.cents > 0)
    for fee in session.scalars(flat).all():
        session.execute(
            insert(LedgerEntry).values(
                partner_id=cycle.partner_id,
                cycle_id=cycle.id,
                fee_id=fee.id,
                kind=EntryKind.FLAT_FEE,
                amount_cents=fee.cents,
                currency=version.currency,
                reason="cycle_over",
                at=cycle.ends_at,
            )
        )


def _credit_seeds(session: Session, cycle: BillingCycle) -> None:
    """Give back what mystery students of ours were billed in the cycle: until then a partner cannot tell them."""
    seeds = select(Lead).join(LeadCharge, LeadCharge.lead_id == Lead.id)
    theirs = seeds.where(LeadCharge.cycle_id == cycle.id, LeadCharge.status == MoneyStatus.ACCRUED, Lead.seed)
    for lead in session.scalars(theirs.order_by(Lead.id)).all():
        charge.credit(session, lead, at=cycle.ends_at - timedelta(microseconds=1), reason="seed")


def _owes_flat_fees(session: Session, cycle: BillingCycle) -> bool:
    """Whether the partner was live or paused when the cycle began. One without steps has been what it is for good."""
    steps = select(PartnerEvent.to_status).where(PartnerEvent.partner_id == cycle.partner_id)
    newest = steps.order_by(PartnerEvent.at.desc(), PartnerEvent.id.desc()).limit(1)
    if session.execute(newest).scalar() is None:
        return session.get_one(Partner, cycle.partner_id).status in _OWES_FLAT_FEES
    then = session.execute(newest.where(PartnerEvent.at <= cycle.starts_at)).scalar()
    return then is not None and PartnerStatus(then) in _OWES_FLAT_FEES


def _move_charges(
    session: Session, before: MoneyStatus, after: MoneyStatus, theirs: ColumnElement[bool], *, at: datetime
) -> None:
    session.execute(
        update(LeadCharge)
        .where(LeadCharge.status == before, theirs)
        .values(status=MONEY_LIFECYCLE.check(before, after), updated_at=at)
        .execution_options(synchronize_session="fetch")
    )
