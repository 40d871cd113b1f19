"""A partner: a legal entity that buys leads."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class PartnerStatus(StrEnum):
    TEST = "test"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


_S = PartnerStatus
PARTNER_LIFECYCLE: Final = Lifecycle[PartnerStatus](
    "partner",
    {
        _S.TEST: frozenset({_S.LIVE, _S.ENDED}),
        _S.LIVE: frozenset({_S.PAUSED, _S.ENDED}),
        _S.PAUSED: frozenset({_S.LIVE, _S.ENDED}),
        _S.ENDED: frozenset(),
    },
)

PARTNER_REASONS: Final[Mapping[PartnerStatus, frozenset[str]]] = {
    _S.TEST: frozenset({"created"}),
    _S.LIVE: frozenset({"ready", "resumed_by_staff", "resumed_by_partner"}),
    _S.PAUSED: frozenset({"paused_by_staff", "paused_by_partner", "complaints"}),
    _S.ENDED: frozenset({"ended_by_staff", "ended_by_partner"}),
}
"""Why a partner comes into a status, as codes. What more there is to say stands beside them in words."""


class PausedBy(StrEnum):
    """Who paused a partner, and so who may lift it: the partner its own pause, staff the others."""

    PARTNER = "partner"
    STAFF = "staff"
    COMPLAINTS = "complaints"


class ContactChannel(StrEnum):
    """The ways a student may allow a school to reach them."""

    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"

    @property
    def needs_phone(self) -> bool:
        return self in (ContactChannel.PHONE, ContactChannel.TEXT)


def in_order(channels: Iterable[ContactChannel]) -> tuple[ContactChannel, ...]:
    """Channels without repeats, always in the same order."""
    wanted = set(channels)
    return tuple(channel for channel in ContactChannel if channel in wanted)
