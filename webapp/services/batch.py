"""Batches: the leads of one due time in one file, which the partner fetches in its portal.

A file is made of its deliveries whenever it is fetched: of a student who was erased meanwhile, nothing is left in it.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.delivery_method import CsvConfig, body_for, read_config
from webapp.domain.errors import DomainError
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.switch import Switch
from webapp.models import Delivery, DeliveryBatch, Lead, Partner, PartnerEndpoint
from webapp.queries.switch import is_off
from webapp.services import ending, lease, message, outbox
from webapp.services.posting import posting_of
from webapp.services.transaction import Begin

CHUNK = 200
"""Leads that are put into a file in one transaction."""
GRACE = timedelta(minutes=10)
"""When a delivery whose file should be closed looks for itself."""
WAITS = "waits_for_batch"


def put(session: Session, lead: Lead, delivery: Delivery, method: PartnerEndpoint, *, now: datetime) -> None:
    """Have `lead` go with the next file of `method`; one that would be past the lead's time fails."""
    zone = ZoneInfo(session.get_one(Partner, lead.partner_id).time_zone)
    due_at = config_of(method).next_due(now, zone)
    if due_at >= lead.expires_at and not delivery.redelivery:
        ending.fail(session, lead, delivery, at=now, reason="expired_while_retrying")
        return
    made = session.execute(
        insert(DeliveryBatch)
        .values(id=new_id(), partner_id=lead.partner_id, endpoint_id=method.id, due_at=due_at)
        .on_conflict_do_nothing()
        .returning(DeliveryBatch.id)
    ).scalar()
    if made is not None:
        outbox.add(session, EventKind.BATCH_DUE, [made], due_at=due_at)
    delivery.batch_id = (
        made
        or session.execute(
            select(DeliveryBatch.id).where(DeliveryBatch.endpoint_id == method.id, DeliveryBatch.due_at == due_at)
        ).scalar_one()
    )
    delivery.reason, delivery.due_at = WAITS, due_at + GRACE


def is_waiting(session: Session, delivery: Delivery) -> bool:
    """Whether the file that `delivery` is to go with is still open."""
    batch = session.get(DeliveryBatch, delivery.batch_id) if delivery.batch_id else None
    return batch is not None and batch.closed_at is None


def close(begin: Begin, clock: Clock, links: Links, batch_id: UUID) -> None:
    """Put all that waits for a file whose time has come into it, and tell the partner. Twice is the same as once."""
    with begin() as session:
        batch = session.get(DeliveryBatch, batch_id)
        if batch is None or batch.closed_at is not None or batch.due_at > clock.now():
            return
        if is_off(session, Switch.DELIVERIES):
            return
    while _put_some(begin, clock, links, batch_id):
        pass
    with begin() as session:
        _finish(session, batch_id, now=clock.now())


def config_of(method: PartnerEndpoint) -> CsvConfig:
    """The settings of a method that makes files."""
    config = read_config(method.kind, method.config)
    if not isinstance(config, CsvConfig):
        raise DomainError("This delivery method makes no files.")
    return config


def _put_some(begin: Begin, clock: Clock, links: Links, batch_id: UUID) -> bool:
    """One transaction's worth; whether there may be more. Leads before deliveries, in one order, as everywhere."""
    now = clock.now()
    with begin() as session:
        batch = session.get_one(DeliveryBatch, batch_id)
        method = session.get_one(PartnerEndpoint, batch.endpoint_id)
        waiting = session.scalars(
            select(Delivery.id)
            .where(Delivery.batch_id == batch_id, Delivery.status == DeliveryStatus.PENDING)
            .order_by(Delivery.lead_id)
            .limit(CHUNK)
        ).all()
        for delivery_id in waiting:
            _put_one(session, links, method, batch_id, delivery_id, now=now)
    return bool(waiting)


def _put_one(
    session: Session, links: Links, method: PartnerEndpoint, batch_id: UUID, delivery_id: UUID, *, now: datetime
) -> None:
    lead, delivery = ending.locked(session, delivery_id)
    if delivery.batch_id != batch_id or delivery.status is not DeliveryStatus.PENDING:
        return
    if method.disabled_at is not None or method.removed_at is not None:
        delivery.batch_id = None
        ending.fail(session, lead, delivery, at=now, reason="endpoint_disabled")
        return
    document = json.loads(posting_of(session, lead, links))
    delivery.sent = document
    if body_for(method.kind, config_of(method), document).problems:
        delivery.batch_id = None
        attempt_id = lease.begin_attempt(session, delivery, now, ending.tried_by(lead, delivery))
        lease.finish_attempt(session, attempt_id, AttemptOutcome.PERMANENT, at=now, reason="mapping_failed")
        ending.fail(session, lead, delivery, at=now, reason="mapping_failed")
        return
    ending.accept(session, lead, delivery, at=now, reason="in_batch_file")


def _finish(session: Session, batch_id: UUID, *, now: datetime) -> None:
    batch = session.get_one(DeliveryBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch.closed_at is not None:
        return
    method = session.get_one(PartnerEndpoint, batch.endpoint_id)
    batch.closed_at, batch.columns = now, method.config["fields"]
    batch.leads = session.execute(
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.batch_id == batch_id, Delivery.status == DeliveryStatus.DELIVERED)
    ).scalar_one()
    # Who came in between, while the file was closing, goes with the next one.
    session.execute(
        update(Delivery)
        .where(Delivery.batch_id == batch_id, Delivery.status == DeliveryStatus.PENDING)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    if batch.leads:
        message.queue(
            session,
            key=f"batch:{batch.id}:{Template.PARTNER_BATCH}",
            message_class=MessageClass.PARTNER,
            template=Template.PARTNER_BATCH,
            at=now,
            partner_id=batch.partner_id,
            about={"batch_id": str(batch.id)},
        )
