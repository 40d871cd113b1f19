"""Charges: what a lead costs is fixed when its place is reserved, billed once when it is delivered, and given back."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.domain.charge import MONEY_LIFECYCLE, EntryKind, MoneyStatus
from webapp.models import Lead, LeadCharge, LedgerEntry
from webapp.services.billing_cycle import open_cycle
from webapp.services.price import find_price


def fix(session: Session, lead: Lead, *, at: datetime) -> None:
    """Fix the price of `lead` (already locked) as it is now: whatever is agreed later does not touch it.

    Called when its place in the caps is taken; a lead that is reserved anew gets the price of that moment, unless it
    is billed already. Leads that are not counted have no price.
    """
    if not lead.counts:
        return
    price = find_price(session, partner_id=lead.partner_id, program_id=lead.program_id, at=at)
    if price is None:
        return
    values = {
        "price_cents": price.cents,
        "currency": price.currency,
        "group_id": price.group_id,
        "group_name": price.group_name,
        "fixed_at": at,
        "updated_at": at,
    }
    session.execute(
        upsert(LeadCharge)
        .values(lead_id=lead.id, status=MoneyStatus.NOT_BILLABLE, **values)
        .on_conflict_do_update(
            index_elements=["lead_id"], set_=values, where=LeadCharge.status == MoneyStatus.NOT_BILLABLE
        )
    )


def accrue(session: Session, lead: Lead, *, at: datetime) -> bool:
    """Bill `lead` (already locked), which its partner accepted; whether it was. In the transaction that says so.

    Once: a lead that was billed before, handed over again or answered twice, changes nothing. Leads that are not
    counted, and those of a partner without terms, are not billed.
    """
    if not lead.counts:
        return False
    if session.get(LeadCharge, lead.id) is None:
        fix(session, lead, at=at)
        if session.get(LeadCharge, lead.id) is None:
            return False
    cycle_id = open_cycle(session, lead.partner_id, at)
    charge = _locked(session, lead)
    if charge is None or charge.status is not MoneyStatus.NOT_BILLABLE:
        return False
    charge.status = MONEY_LIFECYCLE.check(charge.status, MoneyStatus.ACCRUED)
    charge.cycle_id, charge.updated_at = cycle_id, at
    session.flush()
    session.execute(
        insert(LedgerEntry).values(
            partner_id=lead.partner_id,
            cycle_id=cycle_id,
            lead_id=lead.id,
            kind=EntryKind.LEAD_FEE,
            amount_cents=charge.price_cents,
            currency=charge.currency,
            group_name=charge.group_name,
            reason="accepted",
            at=at,
        )
    )
    return True


def credit(session: Session, lead: Lead, *, at: datetime, reason: str) -> bool:
    """Give back what `lead` (already locked) was billed, in the cycle of now; whether there was anything.

    A lead on an invoice already stands as a credit on the next one. Twice is the same as once.
    """
    if session.get(LeadCharge, lead.id) is None:
        return False
    cycle_id = open_cycle(session, lead.partner_id, at)
    charge = _locked(session, lead)
    if charge is None or not MONEY_LIFECYCLE.allows(charge.status, MoneyStatus.CREDITED):
        return False
    charge.status = MONEY_LIFECYCLE.check(charge.status, MoneyStatus.CREDITED)
    charge.updated_at = at
    session.flush()
    session.execute(
        insert(LedgerEntry).values(
            partner_id=lead.partner_id,
            cycle_id=cycle_id,
            lead_id=lead.id,
            kind=EntryKind.CREDIT,
            amount_cents=-charge.price_cents,
            currency=charge.currency,
            group_name=charge.group_name,
            reason=reason,
            at=at,
        )
    )
    return True


def _locked(session: Session, lead: Lead) -> LeadCharge | None:
    return session.execute(
        select(LeadCharge)
        .where(LeadCharge.lead_id == lead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
