"""Cap requests: what somebody of a partner wants done with a cap that only its owner may do, since it may cost more."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class CapRequestStatus(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


S = CapRequestStatus
CAP_REQUEST_LIFECYCLE: Final = Lifecycle[CapRequestStatus](
    "request",
    {
        S.OPEN: frozenset({S.APPROVED, S.DECLINED, S.TAKEN_BACK}),
        S.APPROVED: frozenset(),
        S.DECLINED: frozenset(),
        S.TAKEN_BACK: frozenset(),
    },
)
LONGEST_WORDS: Final = 500
