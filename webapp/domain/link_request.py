"""A request that a link be mailed, and how often one address may be written to because somebody typed it."""

from datetime import timedelta
from enum import StrEnum
from typing import Final


class LinkPurpose(StrEnum):
    MY_DATA = "my_data"  # the ways back into one's own pages
    CONFIRM_ADDRESS = "confirm_address"  # is this new address yours?


MOST_LINK_MAILS: Final = 3
LINK_MAIL_WINDOW: Final = timedelta(days=1)
ADDRESS_CONFIRMATION_TIME: Final = timedelta(days=2)
"""How long a new address may wait to be confirmed before the change is forgotten."""
