"""What one lead costs its partner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.terms import FeeKind
from webapp.models import Fee, GroupedProgram, PartnerTerms, ProgramGroup, TermsVersion


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in cents and its ISO 4217 currency; the group it is agreed for, if it is one group's own."""

    cents: int
    currency: str
    group_id: UUID | None = None
    group_name: str | None = None


def find_price(session: Session, *, partner_id: UUID, program_id: str, at: datetime | None = None) -> Price | None:
    """The price of one lead on `program_id` under the terms in force `at` (None: by the database's clock).

    That of the program's group where it has one of its own, else the partner's. None where nothing was agreed; nothing
    at all (0 cents) where what was agreed knows no fee for a lead.
    """
    version = session.execute(
        select(TermsVersion.id, TermsVersion.currency)
        .where(TermsVersion.partner_id == partner_id, TermsVersion.in_force_at <= (at or func.now()))
        .order_by(TermsVersion.in_force_at.desc(), TermsVersion.id.desc())
        .limit(1)
    ).first()
    if version is None:
        return _before_versions(session, partner_id)
    mine = select(GroupedProgram.group_id).where(GroupedProgram.program_id == program_id).scalar_subquery()
    fee = session.execute(
        select(Fee.cents, Fee.group_id, ProgramGroup.name)
        .outerjoin(ProgramGroup, ProgramGroup.id == Fee.group_id)
        .where(Fee.terms_id == version.id, Fee.kind == FeeKind.PER_LEAD)
        .where((Fee.group_id == mine) | Fee.group_id.is_(None))
        .order_by(Fee.group_id.is_(None))
        .limit(1)
    ).first()
    return Price(fee.cents, version.currency, fee.group_id, fee.name) if fee else Price(0, version.currency)


def _before_versions(session: Session, partner_id: UUID) -> Price | None:
    """The price of a partner whose terms have no version yet."""
    terms = session.execute(select(PartnerTerms).where(PartnerTerms.partner_id == partner_id)).scalar_one_or_none()
    return Price(terms.price_cents, terms.currency) if terms else None
