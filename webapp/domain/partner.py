"""A partner: a legal entity that buys leads."""

from collections.abc import Iterable
from enum import StrEnum


class PartnerStatus(StrEnum):
    TEST = "test"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"

    @property
    def takes_leads(self) -> bool:
        """Test partners take leads marked as test; paused ones hold them; ended ones take none."""
        return self in (PartnerStatus.TEST, PartnerStatus.LIVE, PartnerStatus.PAUSED)


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
