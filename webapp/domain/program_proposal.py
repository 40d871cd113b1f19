"""A proposal: what a partner would have changed among its own listings. Staff decide; nothing is published by it."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class ProposalKind(StrEnum):
    LISTING = "listing"  # publish this listing: a new one, or in place of the one with the same id
    REMOVAL = "removal"


class ProposalStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = ProposalStatus
PROPOSAL_LIFECYCLE: Final = Lifecycle[ProposalStatus](
    "proposal",
    {
        S.PENDING: frozenset({S.ACCEPTED, S.DECLINED, S.WITHDRAWN}),
        S.ACCEPTED: frozenset(),
        S.DECLINED: frozenset(),
        S.WITHDRAWN: frozenset(),
    },
)
NOTE_LIMIT: Final = 1000
