"""Who a student says they are, as far as they may correct it, and which of it goes to a school."""

from collections.abc import Iterable
from dataclasses import dataclass

from webapp.domain.partner import ContactChannel


@dataclass(frozen=True, slots=True)
class Details:
    """Name and phone; None where not given. The phone is E.164 (ITU-T)."""

    first_name: str | None
    last_name: str | None
    phone: str | None


def told_to_school(fields: Iterable[str], channels: Iterable[str]) -> tuple[str, ...]:
    """Those of `fields` that a school gets on these channels: the phone only where it may call or text."""
    may_phone = any(ContactChannel(channel).needs_phone for channel in channels)
    return tuple(name for name in fields if name != "phone" or may_phone)
