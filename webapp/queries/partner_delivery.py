"""A partner's webhook endpoints and deliveries, as its own systems may see them. No personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.models import Attempt, Delivery, Lead, PartnerEndpoint
from webapp.queries.attempts import AttemptRow, attempts_at_delivery
from webapp.queries.paging import Page, newest_first, read_page

_ENDPOINTS = newest_first(PartnerEndpoint.created_at, PartnerEndpoint.id)
_DELIVERIES = newest_first(Delivery.created_at, Delivery.id)


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """Where leads are, or were, posted."""

    id: UUID
    url: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


@dataclass(frozen=True, slots=True)
class PartnerDelivery:
    """One delivery that was tried at least once."""

    id: UUID
    created_at: datetime
    lead_id: UUID
    endpoint_id: UUID | None
    channel: Channel
    webhook_id: str
    status: DeliveryStatus
    reason: str | None
    attempts_made: int
    due_at: datetime | None
    finished_at: datetime | None
    test: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class PartnerDeliveryFilter:
    """Whose deliveries, and which of them; None means all."""

    partner_id: UUID
    test: bool
    status: DeliveryStatus | None = None
    lead_id: UUID | None = None


def list_endpoints(session: Session, partner_id: UUID, *, cursor: str | None, size: int) -> Page[EndpointRow]:
    """A partner's signed webhooks, newest first. Other delivery methods are not endpoints."""
    statement = _endpoints().where(PartnerEndpoint.partner_id == partner_id)
    return read_page(session, statement, _ENDPOINTS, lambda row: EndpointRow(*row[:5]), cursor=cursor, size=size)


def get_endpoint(session: Session, endpoint_id: UUID, *, partner_id: UUID) -> EndpointRow:
    """One endpoint. NotFound unless it is the partner's own."""
    row = session.execute(
        _endpoints().where(PartnerEndpoint.id == endpoint_id, PartnerEndpoint.partner_id == partner_id)
    ).first()
    if row is None:
        raise NotFound("There is no such endpoint.")
    return EndpointRow(*row[:5])


def list_partner_deliveries(
    session: Session, wanted: PartnerDeliveryFilter, *, cursor: str | None, size: int
) -> Page[PartnerDelivery]:
    """A partner's deliveries that were tried, newest first."""
    statement = _deliveries().where(Lead.partner_id == wanted.partner_id, Lead.test.is_(wanted.test))
    if wanted.status is not None:
        statement = statement.where(Delivery.status == wanted.status)
    if wanted.lead_id is not None:
        statement = statement.where(Delivery.lead_id == wanted.lead_id)
    return read_page(session, statement, _DELIVERIES, lambda row: PartnerDelivery(*row[:13]), cursor=cursor, size=size)


def get_partner_delivery(
    session: Session, delivery_id: UUID, *, partner_id: UUID, test: bool
) -> tuple[PartnerDelivery, tuple[AttemptRow, ...]]:
    """One delivery and every attempt at it. NotFound unless it is the partner's own and was tried."""
    row = session.execute(
        _deliveries().where(Delivery.id == delivery_id, Lead.partner_id == partner_id, Lead.test.is_(test))
    ).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    return PartnerDelivery(*row[:13]), attempts_at_delivery(session, delivery_id)


def _endpoints() -> Any:
    return select(
        PartnerEndpoint.id,
        PartnerEndpoint.url,
        PartnerEndpoint.created_at,
        PartnerEndpoint.disabled_at,
        PartnerEndpoint.disabled_reason,
    ).where(PartnerEndpoint.kind == Channel.WEBHOOK, PartnerEndpoint.removed_at.is_(None))


def _deliveries() -> Any:
    """A delivery that was never tried would tell of a lead that is still in its undo window or held."""
    return (
        select(
            Delivery.id,
            Delivery.created_at,
            Delivery.lead_id,
            Delivery.endpoint_id,
            Delivery.channel,
            Delivery.webhook_id,
            Delivery.status,
            Delivery.reason,
            Delivery.attempts_made,
            Delivery.due_at,
            Delivery.finished_at,
            Lead.test,
            Lead.status == LeadStatus.WITHDRAWN,
        )
        .join(Lead, Lead.id == Delivery.lead_id)
        .where(exists().where(Attempt.delivery_id == Delivery.id))
    )
