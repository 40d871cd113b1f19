"""A lead: a match the student asked to be introduced on. Statuses of its processing axis."""

from collections.abc import Mapping
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


class EndedByStaff(StrEnum):
    """Why staff ended a lead that was held for review. Details that cannot be right are `invalid` instead."""

    REPEAT = "ended_as_repeat"  # of another introduction of the same person
    UNFIT = "ended_as_unfit"  # outside what the partner takes


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
        # A partner that has the lead can still be told that the student took it back. One whose mail came back never
        # had it: it is on its way again.
        S.DELIVERED: frozenset({S.WITHDRAWN, S.DELIVERING}),
        S.REJECTED: frozenset(),
        S.DUPLICATE_AT_PARTNER: frozenset({S.WITHDRAWN}),
        # Staff and the partner may replay what failed.
        S.FAILED: frozenset({S.QUEUED, S.WITHDRAWN}),
        S.WITHDRAWN: frozenset(),
        S.EXPIRED: frozenset(),
        S.FILTERED: frozenset(),
        # The student may put their details right, until the lead's time is over.
        S.INVALID: frozenset({S.QUEUED}) | _STOPS,
    },
)

NOT_YET_SENT: Final = frozenset({S.UNDO_WINDOW, S.QUEUED, S.INVALID}) | _HOLDS
"""Leads in these statuses have left nothing with the partner: withdrawing stops them entirely."""

AWAITING_CONFIRMATION: Final = "awaiting_confirmation"
"""The reason of a lead that waits for nobody of ours: it moves on when the student confirms their address."""

ENDED_WITHOUT_SCHOOL: Final = frozenset({S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.FILTERED, S.INVALID})
"""Leads in these statuses are over, and the school has no use for news about them."""

SEEN_BY_PARTNER: Final = frozenset({S.DELIVERING, S.DELIVERED, S.REJECTED, S.DUPLICATE_AT_PARTNER, S.FAILED})
"""Leads in these statuses are no secret to their partner: nothing of them waits for the student or for us. Withdrawn
ones are seen too, where the partner was told that they are."""

HAS_PERSON: Final = frozenset({S.DELIVERED, S.DUPLICATE_AT_PARTNER})
"""Leads whose student a partner is shown: it has their details already, and may use them."""

REASONS: Final[Mapping[LeadStatus, frozenset[str]]] = {
    S.UNDO_WINDOW: frozenset({"submitted"}),
    S.QUEUED: frozenset(
        {
            *("undo_window_over", "hold_over", "released_by_staff", "replayed_by_staff"),
            "replayed_by_partner",
            *("corrected_by_student", "address_confirmed"),
        }
    ),
    S.HELD_CAP: frozenset({"cap_full"}),
    S.HELD_SCHEDULE: frozenset({"partner_paused", "outside_hours", "paced"}),
    S.HELD_REVIEW: frozenset(
        {
            *("duplicate_in_window", "duplicate_in_flight", "duplicate_in_system"),
            *("details_doubtful", "filter_unknown", "filter_unreadable", "corrected_by_student"),
            AWAITING_CONFIRMATION,
        }
    ),
    S.DELIVERING: frozenset({"delivery_started", "mail_bounced"}),
    S.DELIVERED: frozenset({"accepted_earlier", "in_portal", "in_batch_file", "mail_handed_over"}),
    S.REJECTED: frozenset({"answer_rejected"}),
    S.DUPLICATE_AT_PARTNER: frozenset({"answer_duplicate", "http_409"}),
    S.FAILED: frozenset(
        {
            "retries_used_up",
            "expired_while_retrying",
            "no_endpoint",
            "endpoint_disabled",
            "mapping_failed",
            "mail_failed",
            "mail_bounced",
            "mail_suppressed",
            "mail_uncertain",
            "worker_lost_repeatedly",
            "http_410",
            "address_refused",
            "url_refused",
            "redirect_refused",
        }
    ),
    S.WITHDRAWN: frozenset({"withdrawn_by_student", "erased_by_student"}),
    S.EXPIRED: frozenset({"expired", "expired_unconfirmed", "expired_uncorrected", "partner_ended", "no_place"}),
    S.FILTERED: frozenset({"filter_excluded", *EndedByStaff}),
    S.INVALID: frozenset({"details_invalid", "marked_invalid_by_staff"}),
}
"""Why a lead comes into a status, as codes of ours. Answers of a partner add `http_NNN` and its own words."""
