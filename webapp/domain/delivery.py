"""A delivery: the duty to hand over one lead, by one delivery method at a time; an attempt is one try at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class Channel(StrEnum):
    """The kinds of delivery methods."""

    WEBHOOK = "webhook"
    JSON_POST = "json_post"
    FORM_POST = "form_post"
    EMAIL = "email"
    CSV_BATCH = "csv_batch"
    PORTAL = "portal"

    @property
    def posts(self) -> bool:
        """Whether it is a request to a system of the partner's, which answers at once."""
        return self in (Channel.WEBHOOK, Channel.JSON_POST, Channel.FORM_POST)


class Side(StrEnum):
    """Who has something done about deliveries: one of us, or the partner, by its people or its systems."""

    STAFF = "staff"
    PARTNER = "partner"


class DeliveryStatus(StrEnum):
    WAITING = "waiting"  # for the undo window, a cap or a schedule
    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    STARTED = "started"  # written before we talk, so that a crash leaves a trace
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    RETRYABLE = "retryable"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
    ABANDONED = "abandoned"  # the worker died between talking and writing down the answer


S = DeliveryStatus
DELIVERY_LIFECYCLE: Final = Lifecycle[DeliveryStatus](
    "delivery",
    {
        S.WAITING: frozenset({S.PENDING, S.CANCELLED, S.FAILED}),
        S.PENDING: frozenset({S.LEASED, S.DELIVERED, S.CANCELLED, S.WAITING, S.FAILED}),
        S.LEASED: frozenset({S.PENDING, S.DELIVERED, S.REJECTED, S.DUPLICATE, S.FAILED, S.CANCELLED}),
        S.FAILED: frozenset({S.WAITING}),
        # A redelivery: the same again to a partner that lost it. The lead stays delivered. Or its mail came back.
        S.DELIVERED: frozenset({S.PENDING, S.FAILED}),
        S.REJECTED: frozenset(),
        S.DUPLICATE: frozenset(),
        S.CANCELLED: frozenset(),
    },
)

HOURS: Final = 60 * 60


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long one worker may hold a row, and how long to wait after each failed attempt."""

    lease: timedelta
    delays: tuple[timedelta, ...]

    def delay(self, attempts_made: int, *, spread: float, retry_after: timedelta | None = None) -> timedelta | None:
        """How long to wait after `attempts_made` failed attempts (1 or more); None when it is time to give up.

        `spread` in 0..1 spreads retries over the 20 % after the due time, so that an outage does not end in a
        stampede. What the other side asked for (`Retry-After`) is honoured where it is longer.
        """
        if attempts_made > len(self.delays):
            return None
        wait = self.delays[attempts_made - 1] * (1 + 0.2 * spread)
        return max(wait, retry_after) if retry_after else wait


def retry_policy(lease_seconds: float, delays_seconds: Iterable[float]) -> RetryPolicy:
    """A policy from plain seconds."""
    return RetryPolicy(timedelta(seconds=lease_seconds), tuple(timedelta(seconds=wait) for wait in delays_seconds))


LEASE_SECONDS: Final = 60
DELIVERY_RETRY_SECONDS: Final = (60, 300, 1800, 2 * HOURS, 6 * HOURS, 12 * HOURS, 24 * HOURS, 24 * HOURS)
"""About three days in all, then a delivery has failed."""
TRIES_BEFORE_BACKUP: Final = 4
"""Attempts at one method, where another stands behind it: the last is about 36 minutes after the first."""
MOST_METHODS: Final = 3
"""Delivery methods of one partner that are not removed."""
RUN_OF_FAILURES: Final = 10
RUN_LASTS: Final = timedelta(days=2)
"""So many failed attempts in a row, over at least so long, disable a method: a day's outage does not do it."""
WARNED_AFTER: Final = 5
WARNED_FROM: Final = timedelta(hours=1)
"""So many failed attempts in a row, over at least so long, and the partner is warned."""
MAIL_RETRY_SECONDS: Final = (20, 60, 300, 1800, 2 * HOURS, 6 * HOURS, 12 * HOURS, 24 * HOURS)
"""Mail starts sooner: most first refusals are greylisting or a server that restarts."""
