"""Deliveries for the back office."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.models import Delivery, Lead, Partner, PartnerEndpoint
from webapp.queries.attempts import AttemptRow, attempts_at_delivery
from webapp.queries.paging import Page, count_up_to, newest_first, read_page

_ORDER = newest_first(Delivery.created_at, Delivery.id)
_MANY = 5_000
"""Leads of a partner from which its deliveries are found sooner by walking all of them than by gathering its own."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of the list."""

    id: UUID
    created_at: datetime
    lead_id: UUID
    partner: str
    channel: Channel
    status: DeliveryStatus
    reason: str | None
    attempts_made: int
    due_at: datetime | None
    finished_at: datetime | None
    test: bool


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What a list of deliveries is narrowed to; None means all. They were made from `since` to before `until`."""

    status: DeliveryStatus | None = None
    partner_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """One delivery, where it goes, and every attempt at it. No personal data but what a partner's answer may repeat."""

    row: DeliveryRow
    webhook_id: str
    endpoint_url: str | None
    endpoint_disabled_at: datetime | None
    endpoint_disabled_reason: str | None
    leased_until: datetime | None
    attempts: tuple[AttemptRow, ...]


def next_retry() -> ScalarSelect[datetime | None]:
    """When the next try of a `Lead` is due that was tried before; a column for selects from leads."""
    return (
        select(func.min(Delivery.due_at))
        .where(Delivery.lead_id == Lead.id, Delivery.status == DeliveryStatus.PENDING, Delivery.attempts_made > 0)
        .correlate(Lead)
        .scalar_subquery()
    )


def list_deliveries(
    session: Session, wanted: DeliveryFilter, *, cursor: str | None, many: int = _MANY
) -> Page[DeliveryRow]:
    """Deliveries, newest first. Those of a partner with `many` leads are found another way, and are the same."""
    statement = _narrowed(_rows(), wanted)
    if wanted.partner_id is not None and _has_many(session, wanted.partner_id, many):
        statement = _narrowed(_rows(), replace(wanted, partner_id=None)).where(_is_of(wanted.partner_id))
    return read_page(session, statement, _ORDER, lambda row: DeliveryRow(*row[:11]), cursor=cursor)


def _has_many(session: Session, partner_id: UUID, many: int) -> bool:
    return count_up_to(session, select(Lead.id).where(Lead.partner_id == partner_id), many) == many


def _is_of(partner_id: UUID) -> ColumnElement[bool]:
    """Asked of each delivery in turn: the offset keeps the planner from gathering and sorting all of the partner's."""
    lead = aliased(Lead)
    return exists(select(literal(1)).where(lead.id == Delivery.lead_id, lead.partner_id == partner_id).offset(0))


def delivery_ids(session: Session, wanted: DeliveryFilter, *, most: int) -> list[UUID]:
    """The ids of the first `most` that are like that, the oldest first."""
    return list(session.scalars(_ids(wanted).order_by(Delivery.created_at, Delivery.id).limit(most)))


def count_deliveries(session: Session, wanted: DeliveryFilter, *, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    return count_up_to(session, _ids(wanted), most)


def _ids(wanted: DeliveryFilter) -> Select[Any]:
    statement: Select[Any] = select(Delivery.id)
    if wanted.partner_id is not None:
        statement = statement.join(Lead, Lead.id == Delivery.lead_id)
    return _narrowed(statement, wanted)


def _narrowed(statement: Select[Any], wanted: DeliveryFilter) -> Select[Any]:
    if wanted.status is not None:
        statement = statement.where(Delivery.status == wanted.status)
    if wanted.partner_id is not None:
        statement = statement.where(Lead.partner_id == wanted.partner_id)
    if wanted.since is not None:
        statement = statement.where(Delivery.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Delivery.created_at < wanted.until)
    return statement


def get_delivery(session: Session, delivery_id: UUID) -> DeliveryDetail:
    """One delivery. NotFound when there is none."""
    found = _detail(session, Delivery.id == delivery_id)
    if found is None:
        raise NotFound("There is no such delivery.")
    return found


def delivery_of_lead(session: Session, lead_id: UUID) -> DeliveryDetail | None:
    """The delivery of one lead."""
    return _detail(session, Delivery.lead_id == lead_id)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Delivery.id,
            Delivery.created_at,
            Delivery.lead_id,
            Partner.display_name,
            Delivery.channel,
            Delivery.status,
            Delivery.reason,
            Delivery.attempts_made,
            Delivery.due_at,
            Delivery.finished_at,
            Lead.test,
        )
        .join(Lead, Lead.id == Delivery.lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
    )


def _detail(session: Session, which: Any) -> DeliveryDetail | None:
    row = session.execute(
        _rows()
        .add_columns(
            Delivery.webhook_id,
            PartnerEndpoint.url,
            PartnerEndpoint.disabled_at,
            PartnerEndpoint.disabled_reason,
            Delivery.leased_until,
        )
        .outerjoin(PartnerEndpoint, PartnerEndpoint.id == Delivery.endpoint_id)
        .where(which)
        .order_by(Delivery.created_at)
        .limit(1)
    ).first()
    if row is None:
        return None
    delivery = DeliveryRow(*row[:11])
    return DeliveryDetail(
        row=delivery,
        webhook_id=row.webhook_id,
        endpoint_url=row.url,
        endpoint_disabled_at=row.disabled_at,
        endpoint_disabled_reason=row.disabled_reason,
        leased_until=row.leased_until,
        attempts=attempts_at_delivery(session, delivery.id),
    )
