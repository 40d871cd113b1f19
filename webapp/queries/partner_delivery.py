"""Hand-overs as their own partner sees them, in its portal and by its systems: where it went, what was sent, what was
answered. No secrets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.domain.lead import HAS_PERSON, LeadStatus
from webapp.models import Attempt, Delivery, Lead, PartnerEndpoint, Prospect
from webapp.queries.attempts import AttemptRow, attempts_at_delivery
from webapp.queries.paging import PAGE_SIZE, Page, newest_first, read_page
from webapp.queries.visibility import visible_to

_ORDER = newest_first(Delivery.created_at, Delivery.id)
_NOT_BEGUN = (DeliveryStatus.WAITING, DeliveryStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class PartnerDelivery:
    """One hand-over. `sent` is the document as it was last posted, only where its student may be shown (`may_show`).
    Answers may repeat it, and are needed to mend what fails: `may_show_answers` holds until the student takes it back.
    `url` is without its query, which may hold a key."""

    id: UUID
    lead_id: UUID
    endpoint_id: UUID | None
    created_at: datetime
    channel: Channel
    status: DeliveryStatus
    reason: str | None
    attempts_made: int
    due_at: datetime | None
    finished_at: datetime | None
    test: bool
    webhook_id: str
    url: str | None
    endpoint_disabled_at: datetime | None
    may_show: bool
    may_show_answers: bool
    sent: dict[str, Any] | None
    attempts: tuple[AttemptRow, ...]
    has_method: bool
    """Whether the method it went by is still there."""

    @property
    def can_go_again(self) -> bool:
        """Whether it ended in a way that sending it again can follow."""
        return self.status is DeliveryStatus.FAILED or (self.status is DeliveryStatus.DELIVERED and self.may_show)


@dataclass(frozen=True, slots=True)
class PartnerDeliveryFilter:
    """Which of a partner's hand-overs; None means all."""

    status: DeliveryStatus | None = None
    lead_id: UUID | None = None
    test: bool | None = None


def list_partner_deliveries(
    session: Session, partner_id: UUID, wanted: PartnerDeliveryFilter, *, cursor: str | None, size: int = PAGE_SIZE
) -> Page[PartnerDelivery]:
    """The partner's hand-overs that were begun, newest first, without their attempts."""
    statement = _rows(partner_id)
    if wanted.status is not None:
        statement = statement.where(Delivery.status == wanted.status)
    if wanted.lead_id is not None:
        statement = statement.where(Delivery.lead_id == wanted.lead_id)
    if wanted.test is not None:
        statement = statement.where(Lead.test.is_(wanted.test))
    return read_page(session, statement, _ORDER, lambda row: _delivery(row, ()), cursor=cursor, size=size)


def get_partner_delivery(
    session: Session, partner_id: UUID, delivery_id: UUID, *, test: bool | None = None
) -> PartnerDelivery:
    """One hand-over with its attempts. NotFound for another partner's, and for the other kind where `test` is told."""
    statement = _rows(partner_id).where(Delivery.id == delivery_id)
    if test is not None:
        statement = statement.where(Lead.test.is_(test))
    row = session.execute(statement).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    return _delivery(row, attempts_at_delivery(session, delivery_id))


def deliveries_of_lead(session: Session, partner_id: UUID, lead_id: UUID) -> tuple[PartnerDelivery, ...]:
    """Every hand-over of one lead with its attempts, the oldest first."""
    rows = session.execute(_rows(partner_id).where(Delivery.lead_id == lead_id).order_by(Delivery.created_at)).all()
    return tuple(_delivery(row, attempts_at_delivery(session, row.Delivery.id)) for row in rows)


def _rows(partner_id: UUID) -> Select[*tuple[Any, ...]]:
    """Begun ones only: a hand-over that waits, or was cancelled before a try, tells of a lead not seen yet."""
    return (
        select(
            Delivery,
            Lead.status,
            Lead.test,
            Prospect.erased_at,
            PartnerEndpoint.url,
            PartnerEndpoint.disabled_at,
            PartnerEndpoint.removed_at,
        )
        .join(Lead, Lead.id == Delivery.lead_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(PartnerEndpoint, PartnerEndpoint.id == Delivery.endpoint_id)
        .where(Lead.partner_id == partner_id, _is_begun(partner_id))
    )


def _is_begun(partner_id: UUID) -> ColumnElement[bool]:
    """Its lead is one that the partner sees and it is past waiting; or it was tried before, and is sent once more."""
    # The offset keeps the planner from reading every attempt there is to answer this for a page of rows.
    tried = exists(select(literal(1)).where(Attempt.delivery_id == Delivery.id).offset(0))
    begun = (Delivery.attempts_made > 0) | Delivery.status.not_in(_NOT_BEGUN)
    return or_(visible_to(partner_id) & begun, tried)


def _delivery(row: Any, attempts: tuple[AttemptRow, ...]) -> PartnerDelivery:
    delivery: Delivery = row.Delivery
    may_show = row.status in HAS_PERSON and row.erased_at is None
    return PartnerDelivery(
        id=delivery.id,
        lead_id=delivery.lead_id,
        endpoint_id=delivery.endpoint_id,
        created_at=delivery.created_at,
        channel=delivery.channel,
        status=delivery.status,
        reason=delivery.reason,
        attempts_made=delivery.attempts_made,
        due_at=delivery.due_at,
        finished_at=delivery.finished_at,
        test=row.test,
        webhook_id=delivery.webhook_id,
        url=_without_query(row.url),
        endpoint_disabled_at=row.disabled_at,
        may_show=may_show,
        may_show_answers=row.erased_at is None and row.status is not LeadStatus.WITHDRAWN,
        sent=dict(delivery.sent) if may_show and delivery.sent else None,
        attempts=attempts,
        has_method=delivery.endpoint_id is not None and row.removed_at is None,
    )


def _without_query(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", "")) + ("?…" if parts.query else "")
