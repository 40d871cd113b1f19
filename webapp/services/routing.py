"""Routing: what a lead that is ready to go still meets before it is handed over, in one fixed order.

A check looks at one thing and answers with an obstacle, or with None: the way is free. Whatever a person decided to
overlook is named in `Lead.waived` and not asked again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from webapp.domain.cap import WhenFull
from webapp.domain.duplicate import DUPLICATE_REASONS
from webapp.domain.errors import Refused
from webapp.domain.finding import Grade
from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import Lead, Partner
from webapp.queries.screening_policy import screening_of
from webapp.services import cap, confirmation, duplicate, partner_filter, schedule, validation

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
        return Obstacle(LeadStatus.EXPIRED, why_expired(lead))
    return Obstacle(LeadStatus.EXPIRED, "partner_ended") if partner.status is PartnerStatus.ENDED else None


def why_expired(lead: Lead) -> str:
    """The reason for which `lead` ends when its time is over: names what was the student's to do."""
    if lead.status is LeadStatus.INVALID:
        return "expired_uncorrected"
    return "expired_unconfirmed" if lead.reason == AWAITING_CONFIRMATION else "expired"


def _validation(session: Session, lead: Lead, partner: Partner, _now: datetime) -> Obstacle | None:
    grade = validation.look_at(session, lead)
    if grade is Grade.VALID:
        return None
    detail = {"findings": list(lead.findings)}
    if grade is Grade.INVALID:
        return Obstacle(LeadStatus.INVALID, "details_invalid", detail=detail)
    if not screening_of(session, partner.id).cautions_hold:
        return None
    return Obstacle(LeadStatus.HELD_REVIEW, "details_doubtful", detail=detail)


def _filter(session: Session, lead: Lead, _partner: Partner, _now: datetime) -> Obstacle | None:
    try:
        verdict = partner_filter.sift_lead(session, lead)
    except Refused:
        # Its words were read once and no longer are: no lead is lost over that, and somebody sees it.
        return Obstacle(LeadStatus.HELD_REVIEW, "filter_unreadable")
    if verdict is None:
        return None
    decision = verdict.decision
    detail = {"rule": decision.number, "version": verdict.version, "words": decision.sentence}
    if not verdict.excluded:
        return Obstacle(LeadStatus.HELD_REVIEW, "filter_unknown", detail=detail)
    return Obstacle(LeadStatus.FILTERED, "filter_excluded", detail={**detail, "wanted": list(decision.wanted)})


def _confirmed(session: Session, lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    if not screening_of(session, partner.id).confirmed_email_only:
        return None
    if confirmation.is_confirmed(session, lead.prospect_id):
        return None
    return Obstacle(LeadStatus.HELD_REVIEW, AWAITING_CONFIRMATION, until=confirmation.ask(session, lead, at=now))


def _paused(_session: Session, _lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    if partner.status is not PartnerStatus.PAUSED:
        return None
    return Obstacle(LeadStatus.HELD_SCHEDULE, "partner_paused", until=now + PAUSED_RECHECK)


def _duplicate(session: Session, lead: Lead, _partner: Partner, now: datetime) -> Obstacle | None:
    holding = next((found for found in duplicate.look_for(session, lead, now) if found.holds), None)
    if holding is None:
        return None
    detail = {"level": holding.level, "other_lead_id": str(holding.lead_id), "matched_by": list(holding.matched_by)}
    return Obstacle(LeadStatus.HELD_REVIEW, DUPLICATE_REASONS[holding.level], detail=detail)


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
    ("validation", _validation),
    ("filter", _filter),
    ("confirmed", _confirmed),
    ("duplicate", _duplicate),
    ("paused", _paused),
    ("schedule", _closed),
    ("cap", _cap),
    ("pace", _pace),
)
"""In this order: what is wrong with the lead itself before what the partner has no room for. The name is what
`Lead.waived` holds."""

WAIVED_BY_REVIEW: Mapping[str, str] = MappingProxyType(
    {
        "details_doubtful": "validation",
        "corrected_by_student": "validation",
        "filter_unknown": "filter",
        "filter_unreadable": "filter",
        **dict.fromkeys(DUPLICATE_REASONS.values(), "duplicate"),
    }
)
"""The check that staff overlook when they release a lead that was held for this reason, and no other check."""
WAIVED_BY_REPLAY = ("duplicate",)
"""A lead that is sent again was sent before: it may be its own repeat."""


def find_obstacle(session: Session, lead: Lead, partner: Partner, now: datetime) -> Obstacle | None:
    """The first obstacle in `lead`'s way; None when it may be handed over, with its places in the caps taken."""
    for name, check in CHECKS:
        if name in lead.waived:
            continue
        obstacle = check(session, lead, partner, now)
        if obstacle is not None:
            return obstacle
    return None
