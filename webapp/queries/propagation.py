"""How far what students decided has reached the partners: who was told, who confirmed, who could not be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.models import Partner, PartnerNotice
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(PartnerNotice.created_at, PartnerNotice.id)
UNCONFIRMED = (NoticeStatus.PENDING, NoticeStatus.LEASED, NoticeStatus.TOLD, NoticeStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Propagation:
    """The notices to one partner: how many stand where. `oldest_at` is when the oldest that it did not confirm was
    decided; None where it confirmed all. `retried` counts those that took more than one try."""

    partner_id: UUID
    partner: str
    notices: dict[NoticeStatus, int]
    oldest_at: datetime | None
    retried: int

    @property
    def total(self) -> int:
        return sum(self.notices.values())


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice in the list: about which lead, where it stands, how often it was tried. It says nothing of who."""

    id: UUID
    lead_id: UUID
    partner: str
    partner_id: UUID
    kind: NoticeKind
    status: NoticeStatus
    reason: str | None
    attempts: int
    created_at: datetime
    due_at: datetime | None
    told_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: AcknowledgedBy | None


def list_propagation(session: Session, *, partner_id: UUID | None = None) -> tuple[Propagation, ...]:
    """Every partner that was to be told anything, or the one named; those with the oldest unconfirmed notice first."""
    unconfirmed = PartnerNotice.status.in_(UNCONFIRMED)
    which = [PartnerNotice.partner_id == partner_id] if partner_id is not None else []
    rows = session.execute(
        select(
            PartnerNotice.partner_id,
            Partner.display_name,
            PartnerNotice.status,
            func.count(),
            func.min(PartnerNotice.created_at).filter(unconfirmed),
            func.count().filter(PartnerNotice.attempts_made > 1),
        )
        .join(Partner, Partner.id == PartnerNotice.partner_id)
        .where(*which)
        .group_by(PartnerNotice.partner_id, Partner.display_name, PartnerNotice.status)
    ).all()
    by_partner: dict[UUID, list[Any]] = {}
    for row in rows:
        by_partner.setdefault(row[0], []).append(row)
    found = []
    for key, theirs in by_partner.items():
        oldest = min((row[4] for row in theirs if row[4] is not None), default=None)
        counts = {row[2]: row[3] for row in theirs}
        found.append(Propagation(key, theirs[0][1], counts, oldest, sum(row[5] for row in theirs)))
    return tuple(sorted(found, key=lambda each: (each.oldest_at is None, each.oldest_at or each.partner, each.partner)))


def list_notices(
    session: Session,
    *,
    partner_id: UUID | None = None,
    status: NoticeStatus | None = None,
    cursor: str | None,
) -> Page[NoticeLine]:
    """Notices, the newest first; to one partner, or in one state, where named."""
    statement = select(PartnerNotice, Partner.display_name).join(Partner, Partner.id == PartnerNotice.partner_id)
    if partner_id is not None:
        statement = statement.where(PartnerNotice.partner_id == partner_id)
    if status is not None:
        statement = statement.where(PartnerNotice.status == status)
    return read_page(session, statement, _ORDER, _line, cursor=cursor)


def _line(row: tuple[PartnerNotice, str]) -> NoticeLine:
    notice, partner = row[0], row[1]
    return NoticeLine(
        id=notice.id,
        lead_id=notice.lead_id,
        partner=partner,
        partner_id=notice.partner_id,
        kind=notice.kind,
        status=notice.status,
        reason=notice.reason,
        attempts=notice.attempts_made,
        created_at=notice.created_at,
        due_at=notice.due_at,
        told_at=notice.told_at,
        acknowledged_at=notice.acknowledged_at,
        acknowledged_by=notice.acknowledged_by,
    )
