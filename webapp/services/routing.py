"""Routing: what a lead that is ready to go still meets before it is handed over, in one fixed order.

A check looks at one thing and answers with an obstacle, or with None: the way is free. Whatever a person decided to
overlook is named in `Lead.waived` and not asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.cap import WhenFull
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import Lead, Partner
from webapp.services import cap, duplicate, schedule

PAUSED_RECHECK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a lead cannot go on now. `until` is when to look again; None where a person or nobody moves it on."""

    status: LeadStatus
    reason: str
    until: datetime | None = None
    detail: dict[str, Any] = field(default_factory=dict)


Check = Callable[[Session, Lead, Partner, datetime], Obstacle | None]


def find_end(lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    """What ends `lead` for good, whatever else there is: its time is over, or its partner is gone."""
    if lead.expires_at <= now:
        return Obstacle(LeadStatus.EXPIRED, "expired")
    return Obstacle(LeadStatus.EXPIRED, "partner_ended") if partner.status is PartnerStatus.ENDED else None


def _paused(_session: Session, _lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    if partner.status is not PartnerStatus.PAUSED:
        return None
    return Obstacle(LeadStatus.HELD_SCHEDULE, "partner_paused", until=now + PAUSED_RECHECK)


def _duplicate(session: Session, lead: Lead, _partner: Partner, now: datetime) -> Obstacle | None:
    if not duplicate.is_duplicate(session, lead, now):
        return None
    return Obstacle(LeadStatus.HELD_REVIEW, "duplicate_in_window")


def _closed(session: Session, lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    opens = schedule.closed_until(session, lead, partner, now)
    return None if opens is None else Obstacle(LeadStatus.HELD_SCHEDULE, "outside_hours", until=opens)


def _cap(session: Session, lead: Lead, _partner: Partner, now: datetime) -> Obstacle | None:
    """Takes a place in every cap when all have one. A full one holds the lead only if both sides want to wait."""
    full = cap.reserve(session, lead, now)
    if full is None:
        return None
    waits = full.when_full is WhenFull.HOLD and lead.may_wait
    if not waits or full.until is None or full.until >= lead.expires_at:
        return Obstacle(LeadStatus.EXPIRED, "no_place")
    return Obstacle(LeadStatus.HELD_CAP, "cap_full", until=full.until)


def _pace(session: Session, lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    """Takes a place of the pace, which nobody gives back: so it comes last. Without one the caps get theirs back."""
    next_place = schedule.take_slot(session, lead, partner, now)
    if next_place is None:
        return None
    cap.release(session, lead)
    return Obstacle(LeadStatus.HELD_SCHEDULE, "paced", until=next_place)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("paused", _paused),
    ("duplicate", _duplicate),
    ("schedule", _closed),
    ("cap", _cap),
    ("pace", _pace),
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
