"""A lead: a match the student asked to be introduced on. Statuses of its processing axis."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class LeadStatus(StrEnum):
    UNDO_WINDOW = "undo_window"
    QUEUED = "queued"
    HELD_CAP = "held_cap"
    HELD_SCHEDULE = "held_schedule"
    HELD_REVIEW = "held_review"
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    DUPLICATE_AT_PARTNER = "duplicate_at_partner"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FILTERED = "filtered"
    INVALID = "invalid"


S = LeadStatus
_STOPS: Final = frozenset({S.WITHDRAWN, S.EXPIRED})
_HOLDS: Final = frozenset({S.HELD_CAP, S.HELD_SCHEDULE, S.HELD_REVIEW})
_SIEVES: Final = frozenset({S.FILTERED, S.INVALID})

LEAD_LIFECYCLE: Final = Lifecycle[LeadStatus](
    "lead",
    {
        S.UNDO_WINDOW: frozenset({S.QUEUED}) | _STOPS,
        S.QUEUED: frozenset({S.DELIVERING, S.FAILED}) | _HOLDS | _STOPS | _SIEVES,
        S.HELD_CAP: frozenset({S.QUEUED}) | _STOPS | _SIEVES,
        S.HELD_SCHEDULE: frozenset({S.QUEUED}) | _STOPS | _SIEVES,
        S.HELD_REVIEW: frozenset({S.QUEUED}) | _STOPS | _SIEVES,
        S.DELIVERING: frozenset({S.DELIVERED, S.REJECTED, S.DUPLICATE_AT_PARTNER, S.FAILED}) | _STOPS,
        # A partner that has the lead can still be told that the student took it back.
        S.DELIVERED: frozenset({S.WITHDRAWN}),
        S.REJECTED: frozenset(),
        S.DUPLICATE_AT_PARTNER: frozenset({S.WITHDRAWN}),
        # Staff may replay what failed.
        S.FAILED: frozenset({S.QUEUED, S.WITHDRAWN}),
        S.WITHDRAWN: frozenset(),
        S.EXPIRED: frozenset(),
        S.FILTERED: frozenset(),
        S.INVALID: frozenset(),
    },
)

NOT_YET_SENT: Final = frozenset({S.UNDO_WINDOW, S.QUEUED}) | _HOLDS
"""Leads in these statuses have left nothing with the partner: withdrawing stops them entirely."""

ENDED_WITHOUT_SCHOOL: Final = frozenset({S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.FILTERED, S.INVALID})
"""Leads in these statuses are over, and the school has no use for news about them."""
