"""Routing: what a lead that is ready to go still meets before it is handed over, in one fixed order.

A check looks at one thing and answers with an obstacle, or with None: the way is free. Whatever a person decided to
overlook is named in `Lead.waived` and not asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import Lead, Partner
from webapp.services import cap, duplicate

PAUSED_RECHECK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a lead cannot go on now. `until` is when to look again; None where a person or nobody moves it on."""

    status: LeadStatus
    reason: str = field(kw_only=True)
    until: datetime | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Check = Callable[[Session, Lead, Partner, datetime], Obstacle | None]


def find_end(lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    """What ends `lead` for good, whatever else there is: its time is over, or its partner is gone."""
    if lead.expires_at <= now:
        return Obstacle(LeadStatus.EXPIRED, reason="expired")
    return Obstacle(LeadStatus.EXPIRED, reason="partner_ended") if partner.status is PartnerStatus.ENDED else None


def _paused(_session: Session, _lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    if partner.status is not PartnerStatus.PAUSED:
        return None
    return Obstacle(LeadStatus.HELD_SCHEDULE, reason="partner_paused", until=now + PAUSED_RECHECK)


def _duplicate(session: Session, lead: Lead, _partner: Partner, now: datetime) -> Obstacle | None:
    if not duplicate.is_duplicate(session, lead, now):
        return None
    return Obstacle(LeadStatus.HELD_REVIEW, reason="duplicate_in_window")


def _cap(session: Session, lead: Lead, _partner: Partner, now: datetime) -> Obstacle | None:
    """Takes a place in every cap when all have one; so it comes last."""
    full_until = cap.reserve(session, lead, now)
    return None if full_until is None else Obstacle(LeadStatus.HELD_CAP, reason="cap_full", until=full_until)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("paused", _paused),
    ("duplicate", _duplicate),
    ("cap", _cap),
)
"""In this order. The name is what `Lead.waived` holds."""

WAIVED_BY_REVIEW = ("duplicate",)
"""The checks that staff overlook when they release a lead that was held for review."""


def find_obstacle(session: Session, lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    """The first obstacle in `lead`'s way; None when it may be handed over, with its places in the caps taken."""
    for name, check in CHECKS:
        if name in lead.waived:
            continue
        obstacle = check(session, lead, partner, now)
        if obstacle is not None:
            return obstacle
    return None
