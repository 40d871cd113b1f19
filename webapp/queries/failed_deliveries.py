"""The dead letters: deliveries that failed, why, and which may be sent again. And those a partner may want repeated."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.models import Delivery, Lead, Partner
from webapp.queries.paging import Page, newest_first, read_page

_FOR_WANT_OF_METHOD = ("endpoint_disabled", "no_endpoint", "retries_used_up", "http_410")
_ORDER = newest_first(Delivery.created_at, Delivery.id)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One delivery that failed. `can_be_replayed` is false once its lead's time is over."""

    delivery_id: UUID
    lead_id: UUID
    partner_id: UUID
    partner: str
    program_id: str
    channel: Channel
    reason: str | None
    attempts_made: int
    created_at: datetime
    failed_at: datetime | None
    expires_at: datetime
    test: bool
    can_be_replayed: bool


def list_dead_letters(
    session: Session,
    now: datetime,
    *,
    cursor: str | None = None,
    partner_id: UUID | None = None,
    reason: str | None = None,
) -> Page[DeadLetter]:
    """Deliveries that have failed and were not sent again, the newest lead first."""
    statement = (
        select(
            Delivery.id,
            Delivery.lead_id,
            Lead.partner_id,
            Partner.display_name,
            Lead.program_id,
            Delivery.channel,
            Delivery.reason,
            Delivery.attempts_made,
            Delivery.created_at.label("made_at"),
            Delivery.finished_at,
            Lead.expires_at,
            Lead.test,
            Lead.expires_at > now,
        )
        .join(Lead, Lead.id == Delivery.lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
        .where(*_ended(delivered=False))
    )
    if partner_id is not None:
        statement = statement.where(Lead.partner_id == partner_id)
    if reason is not None:
        statement = statement.where(Delivery.reason == reason)
    return read_page(session, statement, _ORDER, lambda row: DeadLetter(*row[:13]), cursor=cursor)


@dataclass(frozen=True, slots=True)
class Again:
    """Which of a partner's deliveries to send again: those that failed, or those it has (`delivered`) and may have
    lost, that ended from `since` to before `until`, by any method or by `method_id`."""

    partner_id: UUID
    since: datetime
    until: datetime
    delivered: bool = False
    method_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How many there are, how many of them are too old to be sent, and the first of the others, oldest first."""

    count: int
    too_old: int
    first: tuple[UUID, ...]
    tests: int

    @property
    def can_be_sent(self) -> int:
        return self.count - self.too_old


def find_again(session: Session, wanted: Again, now: datetime, *, most: int) -> Found:
    """What `wanted` comes to at `now`, with at most `most` ids."""
    whose = and_(*_ended(wanted.delivered), Lead.partner_id == wanted.partner_id)
    when = and_(Delivery.finished_at >= wanted.since, Delivery.finished_at < wanted.until)
    how = Delivery.endpoint_id == wanted.method_id if wanted.method_id else true()
    # What its partner had once may be repeated however old it is.
    old = false() if wanted.delivered else Lead.expires_at <= now
    rows = select(Delivery.id).join(Lead, Lead.id == Delivery.lead_id).where(whose, when, how)
    counted = rows.with_only_columns(func.count(), func.count().filter(old), func.count().filter(Lead.test & ~old))
    count, too_old, tests = session.execute(counted).one()
    first = session.scalars(rows.where(~old).order_by(Delivery.finished_at, Delivery.id).limit(most)).all()
    return Found(count, too_old, tuple(first), tests)


def failed_since(session: Session, moment: datetime, *, partner_slug: str | None = None) -> list[UUID]:
    """Deliveries that failed at `moment` or later, with their lead, the oldest failure first."""
    return _ended_since(session, moment, partner_slug, delivered=False)


def delivered_since(session: Session, moment: datetime, *, partner_slug: str | None = None) -> list[UUID]:
    """Deliveries of leads that their partner has, handed over at `moment` or later, the oldest first."""
    return _ended_since(session, moment, partner_slug, delivered=True)


def failed_of_method(session: Session, method_id: UUID, now: datetime) -> list[UUID]:
    """What failed for want of the method while it was disabled, and is not too old to be sent; the oldest first."""
    return list(
        session.scalars(
            select(Delivery.id)
            .join(Lead, Lead.id == Delivery.lead_id)
            .where(Delivery.status == DeliveryStatus.FAILED)
            .where((Delivery.endpoint_id == method_id) | Delivery.failed_methods.contains([str(method_id)]))
            .where(Lead.status == LeadStatus.FAILED, Lead.expires_at > now)
            .where(Delivery.reason.in_(_FOR_WANT_OF_METHOD))
            .order_by(Delivery.finished_at, Delivery.id)
        )
    )


def _ended(delivered: bool) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    if delivered:
        return Delivery.status == DeliveryStatus.DELIVERED, Lead.status == LeadStatus.DELIVERED
    return Delivery.status == DeliveryStatus.FAILED, Lead.status == LeadStatus.FAILED


def _ended_since(session: Session, moment: datetime, partner_slug: str | None, *, delivered: bool) -> list[UUID]:
    statement = (
        select(Delivery.id)
        .join(Lead, Lead.id == Delivery.lead_id)
        .where(*_ended(delivered), Delivery.finished_at >= moment)
        .order_by(Delivery.finished_at, Delivery.id)
    )
    if partner_slug is not None:
        statement = statement.join(Partner, Partner.id == Lead.partner_id).where(Partner.slug == partner_slug)
    return list(session.scalars(statement))
