"""Files of leads: which there are, and what is in one now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import DeliveryStatus
from webapp.domain.delivery_method import csv_of
from webapp.domain.errors import NotFound
from webapp.domain.field_map import read_fields
from webapp.domain.lead import LeadStatus
from webapp.models import Delivery, DeliveryBatch, Lead, Partner
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(DeliveryBatch.due_at, DeliveryBatch.id)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One closed file. `leads` is how many went into it; of some nothing may be left."""

    id: UUID
    due_at: datetime
    closed_at: datetime
    leads: int


@dataclass(frozen=True, slots=True)
class BatchFile:
    """The file as it is now: students who took back or erased their details are not in it."""

    name: str
    content: bytes
    leads: int


def list_batches(session: Session, partner_id: UUID, *, cursor: str | None = None) -> Page[BatchRow]:
    """The partner's closed files, newest first."""
    statement = select(DeliveryBatch.id, DeliveryBatch.due_at, DeliveryBatch.closed_at, DeliveryBatch.leads).where(
        DeliveryBatch.partner_id == partner_id, DeliveryBatch.closed_at.is_not(None)
    )
    return read_page(session, statement, _ORDER, lambda row: BatchRow(*row[:4]), cursor=cursor)


def get_batch_file(session: Session, batch_id: UUID, *, partner_id: UUID) -> BatchFile:
    """The file of a closed batch of the partner's. NotFound when it is another's, still open or there is none."""
    batch = session.get(DeliveryBatch, batch_id)
    if batch is None or batch.partner_id != partner_id or batch.closed_at is None:
        raise NotFound("There is no such file.")
    documents = session.scalars(
        select(Delivery.sent)
        .join(Lead, Lead.id == Delivery.lead_id)
        .where(Delivery.batch_id == batch_id, Delivery.status == DeliveryStatus.DELIVERED)
        .where(Lead.status != LeadStatus.WITHDRAWN, Delivery.sent.is_not(None))
        .order_by(Delivery.lead_id)
    ).all()
    kept = [document for document in documents if document]
    due_at = batch.due_at.astimezone(ZoneInfo(session.get_one(Partner, partner_id).time_zone))
    return BatchFile(f"leads-{due_at:%Y-%m-%d-%H%M}.csv", csv_of(read_fields(batch.columns), kept), len(kept))
