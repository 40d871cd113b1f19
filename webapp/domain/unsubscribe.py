"""What one press of a button in a mail stops: the topic of that mail, or all that nobody has to have."""

from collections.abc import Mapping
from typing import Final

from webapp.domain.message import STOPPABLE, MessageClass

ALL: Final = "all"
CLASSES_OF: Final[Mapping[str, tuple[MessageClass, ...]]] = {
    **{each.value: (each,) for each in STOPPABLE},
    # Follow-ups of each kind stop with the class they are kinds of.
    ALL: (MessageClass.MATCHES, MessageClass.FOLLOW_UP),
}
"""The classes of each topic there is."""
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")
"""The one pair that the body of a mail program's POST holds (RFC 8058 section 3.2)."""
