"""Notices: one as the partner's person sees it, behind the link in the mail; and all of a lead, as staff see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.ids import token_hash
from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.models import Lead, Partner, PartnerNotice, Program, Prospect
from webapp.queries.attempts import AttemptRow, attempts_at_notice


@dataclass(frozen=True, slots=True)
class Notice:
    """What was decided about which lead. `corrected` holds the new values, for a correction that still stands."""

    kind: NoticeKind
    lead_id: UUID
    program_id: str
    program_name: str
    legal_name: str
    decided_at: datetime
    acknowledged_at: datetime | None
    corrected: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice and every attempt at it. No personal data: `fields` names what was corrected."""

    id: UUID
    kind: NoticeKind
    fields: tuple[str, ...]
    status: NoticeStatus
    reason: str | None
    created_at: datetime
    due_at: datetime | None
    told_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: AcknowledgedBy | None
    attempts: tuple[AttemptRow, ...]


def notices_of_lead(session: Session, lead_id: UUID) -> tuple[NoticeRow, ...]:
    """What the partner of a lead was told about it since, or is to be, the oldest first."""
    rows = session.scalars(
        select(PartnerNotice)
        .where(PartnerNotice.lead_id == lead_id)
        .order_by(PartnerNotice.created_at, PartnerNotice.id)
    )
    return tuple(
        NoticeRow(
            id=row.id,
            kind=row.kind,
            fields=tuple(row.fields),
            status=row.status,
            reason=row.reason,
            created_at=row.created_at,
            due_at=row.due_at,
            told_at=row.told_at,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            attempts=attempts_at_notice(session, row.id),
        )
        for row in rows
    )


def notice_state(session: Session, notice_id: UUID, *, lead_id: UUID) -> dict[str, Any]:
    """What the audit log keeps of a notice before and after staff act on it. NotFound unless it is about that lead."""
    row = session.execute(
        select(PartnerNotice.kind, PartnerNotice.status, PartnerNotice.reason, PartnerNotice.attempts_made).where(
            PartnerNotice.id == notice_id, PartnerNotice.lead_id == lead_id
        )
    ).first()
    if row is None:
        raise NotFound("There is no such notice.")
    return dict(row._mapping)


def find_notice(session: Session, token: str) -> Notice | None:
    """The notice behind a link; None for a wrong link, and when a later notice took its place."""
    row = session.execute(
        select(PartnerNotice, Lead, Partner.legal_name, Program.name, Prospect)
        .join(Lead, Lead.id == PartnerNotice.lead_id)
        .join(Partner, Partner.id == PartnerNotice.partner_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .where(PartnerNotice.token_hash == token_hash(token), PartnerNotice.status != NoticeStatus.CANCELLED)
    ).first()
    if row is None:
        return None
    notice, lead = row.PartnerNotice, row.Lead
    # Once it is acknowledged, or the student was erased, the page has no details to show any more.
    shown = notice.fields if notice.acknowledged_at is None and row.Prospect.erased_at is None else ()
    return Notice(
        kind=notice.kind,
        lead_id=lead.id,
        program_id=lead.program_id,
        program_name=row.name or lead.program_id,
        legal_name=row.legal_name,
        decided_at=notice.created_at,
        acknowledged_at=notice.acknowledged_at,
        corrected={name: getattr(row.Prospect, name) for name in shown},
    )
