"""What should have been picked up and was not: the sweep's findings."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.domain.bulk_act import BulkStatus
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.import_job import AT_WORK
from webapp.domain.lead import NOT_YET_SENT, LeadStatus
from webapp.domain.message import MessageStatus
from webapp.domain.notice import NoticeStatus
from webapp.models import (
    BulkAct,
    Delivery,
    DeliveryBatch,
    ImportJob,
    InboundMail,
    Lead,
    LinkRequest,
    Message,
    PartnerNotice,
    WeightsTrial,
)


def due_messages(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Messages due for longer than `grace`, and those whose lease ran out."""
    waiting = (Message.status.in_((MessageStatus.PENDING, MessageStatus.DEFERRED))) & (Message.due_at <= now - grace)
    abandoned = (Message.status == MessageStatus.LEASED) & (Message.leased_until <= now)
    return list(session.scalars(select(Message.id).where(or_(waiting, abandoned)).limit(limit)))


def due_deliveries(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Deliveries due for longer than `grace`, and those whose lease ran out."""
    waiting = (Delivery.status == DeliveryStatus.PENDING) & (Delivery.due_at <= now - grace)
    abandoned = (Delivery.status == DeliveryStatus.LEASED) & (Delivery.leased_until <= now)
    return list(session.scalars(select(Delivery.id).where(or_(waiting, abandoned)).limit(limit)))


def due_batches(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Files of leads that should have been closed longer than `grace` ago."""
    waiting = (DeliveryBatch.closed_at.is_(None)) & (DeliveryBatch.due_at <= now - grace)
    return list(session.scalars(select(DeliveryBatch.id).where(waiting).limit(limit)))


def due_notices(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Notices due for longer than `grace`, and those whose lease ran out."""
    waiting = (PartnerNotice.status == NoticeStatus.PENDING) & (PartnerNotice.due_at <= now - grace)
    abandoned = (PartnerNotice.status == NoticeStatus.LEASED) & (PartnerNotice.leased_until <= now)
    return list(session.scalars(select(PartnerNotice.id).where(or_(waiting, abandoned)).limit(limit)))


def due_link_requests(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Requests for a mailed link that nobody has looked at for longer than `grace`."""
    waiting = (LinkRequest.answered_at.is_(None)) & (LinkRequest.at <= now - grace)
    return list(session.scalars(select(LinkRequest.id).where(waiting).limit(limit)))


def due_inbound_mails(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Mails that came back and that nobody has read for longer than `grace`."""
    waiting = (InboundMail.handled_at.is_(None)) & (InboundMail.received_at <= now - grace)
    return list(session.scalars(select(InboundMail.id).where(waiting).order_by(InboundMail.received_at).limit(limit)))


def due_weights_trials(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Trials of proposed weights that have been due for longer than `grace`."""
    return list(session.scalars(select(WeightsTrial.id).where(WeightsTrial.due_at <= now - grace).limit(limit)))


def due_imports(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Imports that a worker should have taken up longer than `grace` ago, and those whose lease ran out."""
    waiting = ImportJob.leased_until.is_(None) & (ImportJob.due_at <= now - grace)
    abandoned = ImportJob.leased_until <= now
    at_work = ImportJob.status.in_(AT_WORK)
    return list(session.scalars(select(ImportJob.id).where(at_work, or_(waiting, abandoned)).limit(limit)))


def due_bulk_acts(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Acts of staff upon many that began longer than `grace` ago and are not done."""
    running = (BulkAct.status == BulkStatus.RUNNING) & (BulkAct.started_at <= now - grace)
    return list(session.scalars(select(BulkAct.id).where(running).order_by(BulkAct.started_at).limit(limit)))


def due_leads(session: Session, now: datetime, *, grace: timedelta, limit: int) -> list[UUID]:
    """Leads whose next step has been due for longer than `grace`."""
    return list(
        session.scalars(
            select(Lead.id)
            .where(Lead.due_at <= now - grace, Lead.status.in_(NOT_YET_SENT - {LeadStatus.QUEUED}))
            .limit(limit)
        )
    )


def expired_leads(session: Session, now: datetime, *, limit: int) -> list[UUID]:
    """Leads that are still held past the day on which they end."""
    return list(
        session.scalars(
            select(Lead.id)
            .where(Lead.status.in_(NOT_YET_SENT - {LeadStatus.QUEUED}), Lead.expires_at <= now)
            .limit(limit)
        )
    )
