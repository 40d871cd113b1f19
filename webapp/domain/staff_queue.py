"""The queues that staff work through: what waits for a person, by kind."""

from enum import StrEnum
from typing import Final

from webapp.domain.lead import AWAITING_CONFIRMATION, REASONS, LeadStatus


class StaffQueue(StrEnum):
    CAUTION = "caution"  # leads whose details look strange
    DUPLICATES = "duplicates"  # leads that may repeat another
    HOLDS = "holds"  # leads held for a person for any other reason
    RETURNS = "returns"
    COMPLAINTS = "complaints"
    DEAD_LETTERS = "dead_letters"


_HELD: Final = REASONS[LeadStatus.HELD_REVIEW] - {AWAITING_CONFIRMATION}
_CAUTION: Final = frozenset({"details_doubtful", "corrected_by_student"})
_DUPLICATES: Final = frozenset(reason for reason in _HELD if reason.startswith("duplicate"))
HELD_QUEUES: Final = {
    StaffQueue.CAUTION: _CAUTION & _HELD,
    StaffQueue.DUPLICATES: _DUPLICATES,
    StaffQueue.HOLDS: _HELD - _CAUTION - _DUPLICATES,
}
"""For which reasons a lead held for review is in which queue. Each reason is in one."""


def queue_of(reason: str) -> StaffQueue:
    """The queue of a lead held for that reason. One that an older release gave is among the other holds."""
    return next((queue for queue, reasons in HELD_QUEUES.items() if reason in reasons), StaffQueue.HOLDS)
