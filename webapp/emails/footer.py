"""The foot of every mail: who we are and where the reader is in charge."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Footer:
    """Whole https addresses; a blank one leaves its line out (mails to partners have neither page)."""

    site_name: str
    site_url: str
    postal_address: str
    my_data_url: str = ""
    unsubscribe_url: str = ""
