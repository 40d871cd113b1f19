"""A notice: what a partner that has a lead is told when the student takes back, corrects or erases."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class NoticeKind(StrEnum):
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    ERASED = "erased"


class NoticeStatus(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    TOLD = "told"  # the partner's endpoint took it
    ACKNOWLEDGED = "acknowledged"  # the partner said that it did what was asked
    FAILED = "failed"  # its endpoint could not be told; the mail with the link still can
    CANCELLED = "cancelled"  # a later notice says more


S = NoticeStatus
NOTICE_LIFECYCLE: Final = Lifecycle[NoticeStatus](
    "notice",
    {
        S.PENDING: frozenset({S.LEASED, S.ACKNOWLEDGED, S.FAILED, S.CANCELLED}),
        S.LEASED: frozenset({S.PENDING, S.TOLD, S.ACKNOWLEDGED, S.FAILED, S.CANCELLED}),
        S.TOLD: frozenset({S.ACKNOWLEDGED}),
        # Staff may replay what failed.
        S.FAILED: frozenset({S.PENDING, S.ACKNOWLEDGED}),
        S.ACKNOWLEDGED: frozenset(),
        S.CANCELLED: frozenset(),
    },
)


class AcknowledgedBy(StrEnum):
    """How a partner said that it is done."""

    ANSWER = "answer"  # its endpoint said so
    LINK = "link"  # a person pressed the button behind the mailed link
