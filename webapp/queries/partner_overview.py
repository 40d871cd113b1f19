"""How things stand for one partner, at one glance: what needs its people, what waits, what came."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.lead import NOT_YET_SENT, LeadStatus
from webapp.domain.notice import NoticeStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import Lead, Partner, PartnerEndpoint, PartnerNotice
from webapp.queries.deliveries import next_retry
from webapp.queries.visibility import is_opened, visible_to

NEW_FOR = timedelta(days=14)
RECENT = timedelta(days=7)
MOST = 1000
"""Counting stops here: more than this many new leads is "1,000 or more"."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Leads that have not been handed over yet, and why; of their students nothing is known here."""

    status: LeadStatus
    reason: str | None
    leads: int
    next_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PartnerOverview:
    """Counts of one partner. `new` are delivered in the last 14 days and not opened by anybody of the team."""

    status: PartnerStatus
    new: int
    failed: int
    retrying: int
    unconfirmed: int
    has_endpoint: bool
    waiting: tuple[Waiting, ...]
    recent: dict[LeadStatus, int]


def get_partner_overview(session: Session, partner_id: UUID, now: datetime) -> PartnerOverview:
    """How things stand at `now`."""
    since = now - NEW_FOR
    new = select(Lead.id).where(
        Lead.partner_id == partner_id,
        Lead.status.in_(_written({LeadStatus.DELIVERED})),
        Lead.created_at >= since - RECENT,
        Lead.delivered_at >= since,
    )
    failed = select(Lead.id).where(visible_to(partner_id, LeadStatus.FAILED), Lead.created_at >= now - 2 * NEW_FOR)
    retrying = select(Lead.id).where(visible_to(partner_id, LeadStatus.DELIVERING), next_retry().is_not(None))
    return PartnerOverview(
        status=session.execute(select(Partner.status).where(Partner.id == partner_id)).scalar_one(),
        new=_count(session, new.where(~is_opened())),
        failed=_count(session, failed),
        retrying=_count(session, retrying),
        unconfirmed=_count(session, _unconfirmed(partner_id)),
        has_endpoint=bool(
            session.execute(
                select(exists().where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.disabled_at.is_(None)))
            ).scalar()
        ),
        waiting=_waiting(session, partner_id),
        recent=_recent(session, partner_id, now - RECENT),
    )


def _written(statuses: Collection[LeadStatus]) -> BindParameter[list[LeadStatus]]:
    """Statuses written into the statement itself: a plan made once for all parameters must know which they are, or it
    takes neither the index of unseen leads nor the one of few that wait."""
    return bindparam(None, sorted(statuses), expanding=True, literal_execute=True, unique=True)


def _unconfirmed(partner_id: UUID) -> Select[UUID]:
    return select(PartnerNotice.id).where(
        PartnerNotice.partner_id == partner_id,
        PartnerNotice.acknowledged_at.is_(None),
        PartnerNotice.status != NoticeStatus.CANCELLED,
    )


def _count(session: Session, rows: Select[UUID]) -> int:
    return session.execute(select(func.count()).select_from(rows.limit(MOST).subquery())).scalar_one()


def _waiting(session: Session, partner_id: UUID) -> tuple[Waiting, ...]:
    rows = session.execute(
        select(Lead.status, Lead.reason, func.count(), func.min(Lead.due_at), func.min(Lead.expires_at))
        .where(
            Lead.partner_id == partner_id,
            Lead.status.in_(_written(NOT_YET_SENT - {LeadStatus.UNDO_WINDOW})),
        )
        .group_by(Lead.status, Lead.reason)
        .order_by(func.count().desc(), Lead.status, Lead.reason)
    )
    return tuple(Waiting(*row) for row in rows)


def _recent(session: Session, partner_id: UUID, since: datetime) -> dict[LeadStatus, int]:
    rows = session.execute(
        select(Lead.status, func.count())
        .where(visible_to(partner_id), Lead.created_at >= since, Lead.counts)
        .group_by(Lead.status)
    )
    return {row[0]: row[1] for row in rows}
