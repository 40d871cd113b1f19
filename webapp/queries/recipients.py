"""Who was given what of one student: each school that has, or could have, something, and what it was told since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, and_, cast, func, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome
from webapp.domain.lead import LeadStatus
from webapp.domain.message import Template
from webapp.domain.notice import AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.models import Attempt, Delivery, Lead, Message, Partner, PartnerNotice, Program

_ANSWERED = (AttemptOutcome.ACCEPTED, AttemptOutcome.DUPLICATE, AttemptOutcome.REJECTED)


@dataclass(frozen=True, slots=True)
class ToldSince:
    """One notice to a school. `mailed_at` is when the mail with the link left, `told_at` when its endpoint took it."""

    kind: NoticeKind
    status: NoticeStatus
    decided_at: datetime
    told_at: datetime | None
    mailed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: AcknowledgedBy | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One school. `is_sure` says that it answered; without an answer it may have got the details or not.

    `sent` is the document as it was last sent; None once the student was erased, and for what was sent before
    documents were kept.
    """

    lead_id: UUID
    legal_name: str
    program_name: str
    status: LeadStatus
    first_sent_at: datetime
    is_sure: bool
    sent: Mapping[str, Any] | None
    told: tuple[ToldSince, ...]


def recipients_of(session: Session, prospect_id: UUID) -> tuple[Recipient, ...]:
    """The schools to whose endpoint something was sent, oldest first."""
    reached = (Attempt.outcome != AttemptOutcome.PERMANENT) | Attempt.http_status.is_not(None)
    tries = (
        select(
            Attempt.delivery_id,
            func.min(Attempt.started_at).label("first"),
            func.bool_or(Attempt.outcome.in_(_ANSWERED)).label("sure"),
        )
        .where(Attempt.delivery_id.is_not(None), reached)
        .group_by(Attempt.delivery_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Lead.id,
            Partner.legal_name,
            func.coalesce(Program.name, Lead.program_id).label("program"),
            Lead.status,
            tries.c.first,
            tries.c.sure,
            Delivery.sent,
        )
        .join(Delivery, Delivery.lead_id == Lead.id)
        .join(tries, tries.c.delivery_id == Delivery.id)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .where(Lead.prospect_id == prospect_id)
        .order_by(tries.c.first, Lead.id)
    ).all()
    told = _told(session, [row.id for row in rows])
    return tuple(
        Recipient(
            lead_id=row.id,
            legal_name=row.legal_name,
            program_name=row.program,
            status=row.status,
            first_sent_at=row.first,
            is_sure=row.sure,
            sent=row.sent,
            told=tuple(told.get(row.id, ())),
        )
        for row in rows
    )


def _told(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, list[ToldSince]]:
    mail = and_(
        Message.lead_id == PartnerNotice.lead_id,
        Message.template == Template.PARTNER_NOTICE,
        Message.about["notice_id"].astext == cast(PartnerNotice.id, Text),
    )
    rows = session.execute(
        select(PartnerNotice, Message.handed_over_at)
        .outerjoin(Message, mail)
        .where(PartnerNotice.lead_id.in_(lead_ids))
        .order_by(PartnerNotice.created_at, PartnerNotice.id)
    )
    found: dict[UUID, list[ToldSince]] = {}
    for row, mailed_at in rows:
        found.setdefault(row.lead_id, []).append(
            ToldSince(
                kind=row.kind,
                status=row.status,
                decided_at=row.created_at,
                told_at=row.told_at,
                mailed_at=mailed_at,
                acknowledged_at=row.acknowledged_at,
                acknowledged_by=row.acknowledged_by,
                fields=tuple(row.fields),
            )
        )
    return found
