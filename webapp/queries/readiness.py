"""What a partner must have before it goes live, point by point."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome
from webapp.domain.errors import NotFound
from webapp.models import Attempt, Delivery, Lead, Partner, PartnerEndpoint, PartnerInstitution
from webapp.queries.terms import find_terms

DELIVERY: Final = "delivery"
"""The name of the point about a way of delivery."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing on the list. Where it is not met, `lacks` says what is missing and `remedy` what to do."""

    name: str
    label: str
    met: bool
    lacks: str
    remedy: str


def readiness(session: Session, partner_id: UUID, now: datetime) -> tuple[Point, ...]:
    """The whole list, met or not. NotFound when there is no such partner."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    return tuple(_points(session, partner, now))


def _points(session: Session, partner: Partner, now: datetime) -> Iterator[Point]:
    yield Point(
        "legal_name",
        "The legal entity is named",
        bool(partner.legal_name.strip()),
        "Students consent to a legal entity by name, and none is named.",
        "Name the entity that the contract is with.",
    )
    yield Point(
        "terms",
        "Terms are agreed and in force",
        find_terms(session, partner.id, now) is not None,
        "No terms are in force.",
        "Agree on a fee, a currency and a cycle.",
    )
    spoken_for = exists().where(PartnerInstitution.partner_id == partner.id)
    yield Point(
        "institutions",
        "It speaks for an institution",
        bool(session.execute(select(spoken_for)).scalar()),
        "It speaks for no institution, so no program leads to it.",
        "Name an institution it speaks for.",
    )
    yield Point(
        DELIVERY,
        "A way of delivery took a test lead",
        answered_a_test(session, partner.id),
        "No way of delivery that is in use has accepted a test lead yet.",
        "Send a test lead and have it accepted.",
    )


def answered_a_test(session: Session, partner_id: UUID) -> bool:
    """Whether a way of delivery that is in use accepted a test lead since it was set up. The one place that says so."""
    took = (
        exists()
        .where(Attempt.delivery_id == Delivery.id, Attempt.outcome == AttemptOutcome.ACCEPTED)
        .where(Delivery.endpoint_id == PartnerEndpoint.id, Delivery.lead_id == Lead.id)
        .where(Lead.test, func.coalesce(Attempt.finished_at, Attempt.started_at) >= PartnerEndpoint.created_at)
    )
    in_use = exists().where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.disabled_at.is_(None), took)
    return bool(session.execute(select(in_use)).scalar())
