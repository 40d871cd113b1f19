"""The envelope sender: an address of its own for each message, so that whatever comes back names what it is about.

This is the variable envelope return path: a report of a mail server is sent to the envelope sender, and many reports
hold nothing else of ours. The token is random: nobody who has not had the mail can report anything about it.
"""

import re
from typing import Final

BOX: Final = "bounce"
_TOKEN: Final = re.compile(r"[0-9a-f]{32,50}")
_ADDRESS: Final = re.compile(rf"<?{BOX}\+([0-9a-f]{{32,50}})@[^@<>\s]+>?", re.IGNORECASE)


def return_path(message_token: str, domain: str) -> str:
    """The envelope sender of the message with `message_token`; ValueError when that is none of ours."""
    if not _TOKEN.fullmatch(message_token):
        raise ValueError("This is not the token of a message.")
    return f"{BOX}+{message_token}@{domain}"


def parse_return_path(address: str) -> str | None:
    """The token in an envelope recipient, in brackets or not, in any case; None when it holds none."""
    found = _ADDRESS.fullmatch(address.strip())
    return found.group(1).lower() if found else None
