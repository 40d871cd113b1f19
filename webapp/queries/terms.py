"""What a partner agreed to, now and before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.lead_return import ReturnReason
from webapp.domain.terms import DEFAULT_RETURN_DAYS, Fee, FeeKind
from webapp.models import Fee as FeeRow
from webapp.models import PartnerTerms, TermsVersion


@dataclass(frozen=True, slots=True)
class Terms:
    """One version. `id` is None for terms from before there were versions."""

    id: UUID | None
    in_force_at: datetime
    currency: str
    cycle: CycleKind
    fees: tuple[Fee, ...]
    return_days: int
    return_percent: int | None
    auto_returns: frozenset[ReturnReason]
    agreed_by: str


def find_terms(session: Session, partner_id: UUID, at: datetime) -> Terms | None:
    """The terms in force at a moment; None where nothing was agreed by then."""
    row = session.scalars(
        select(TermsVersion)
        .where(TermsVersion.partner_id == partner_id, TermsVersion.in_force_at <= at)
        .order_by(TermsVersion.in_force_at.desc(), TermsVersion.id.desc())
        .limit(1)
    ).first()
    return _terms(session, row) if row else _before_versions(session, partner_id)


def list_terms(session: Session, partner_id: UUID) -> tuple[Terms, ...]:
    """Every version, the newest in force first; those to come before those that are past."""
    rows = session.scalars(
        select(TermsVersion)
        .where(TermsVersion.partner_id == partner_id)
        .order_by(TermsVersion.in_force_at.desc(), TermsVersion.id.desc())
    ).all()
    if rows:
        return tuple(_terms(session, row) for row in rows)
    before = _before_versions(session, partner_id)
    return (before,) if before else ()


def _terms(session: Session, row: TermsVersion) -> Terms:
    fees = session.scalars(select(FeeRow).where(FeeRow.terms_id == row.id).order_by(FeeRow.id))
    return Terms(
        id=row.id,
        in_force_at=row.in_force_at,
        currency=row.currency,
        cycle=row.cycle,
        fees=tuple(Fee(fee.kind, fee.cents, fee.group_id) for fee in fees),
        return_days=row.return_days,
        return_percent=row.return_percent,
        auto_returns=frozenset(ReturnReason(each) for each in row.auto_returns),
        agreed_by=row.agreed_by,
    )


def _before_versions(session: Session, partner_id: UUID) -> Terms | None:
    row = session.execute(select(PartnerTerms).where(PartnerTerms.partner_id == partner_id)).scalar_one_or_none()
    if row is None:
        return None
    return Terms(
        id=None,
        in_force_at=row.created_at,
        currency=row.currency,
        cycle=CycleKind.MONTHLY,
        fees=(Fee(FeeKind.PER_LEAD, row.price_cents),),
        return_days=DEFAULT_RETURN_DAYS,
        return_percent=None,
        auto_returns=frozenset(),
        agreed_by="",
    )
