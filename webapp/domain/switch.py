"""Switches: what staff may stop for the whole service, without losing anything."""

from enum import StrEnum
from typing import Final


class Switch(StrEnum):
    MAIL = "mail"
    DELIVERIES = "deliveries"


SWITCH_WORDS: Final[dict[Switch, tuple[str, str]]] = {
    Switch.MAIL: ("Mail", "No mail leaves. What is due waits, and goes when mail is on again."),
    Switch.DELIVERIES: (
        "Deliveries",
        "No lead is handed over. What is due waits; withdrawals still reach the partners that have the lead.",
    ),
}
"""Each switch: its name, and what off means."""
