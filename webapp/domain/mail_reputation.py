"""When too many readers report our mail as unwanted: large providers then stop taking any of it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

WINDOW: Final = timedelta(days=7)
ALARM_PER_MILLE: Final = 1
"""Large providers ask senders to stay below 0.1 %."""
STOP_PER_MILLE: Final = 3
"""At 0.3 % they begin to refuse."""
LEAST_MAILS: Final = 100
LEAST_COMPLAINTS: Final = 3
"""Fewer say nothing: one complaint about the first ten mails is no rate."""


HELD: Final = "too_many_complaints"
"""The reason written at mail that waits for that."""
LOOK_AGAIN: Final = timedelta(minutes=15)
"""When it looks again whether it may go."""


class Standing(StrEnum):
    GOOD = "good"
    ALARMING = "alarming"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Reputation:
    """Of `handed_over` mails that can be stopped, sent in the window, `complained` were reported."""

    handed_over: int
    complained: int

    @property
    def rate(self) -> float:
        """Complaints per mail, 0 to 1."""
        return self.complained / self.handed_over if self.handed_over else 0.0

    @property
    def standing(self) -> Standing:
        """Whole numbers are compared, so that exactly 0.3 % is at the limit and stops."""
        if self.handed_over < LEAST_MAILS or self.complained < LEAST_COMPLAINTS:
            return Standing.GOOD
        if self.complained * 1000 >= STOP_PER_MILLE * self.handed_over:
            return Standing.STOPPED
        if self.complained * 1000 >= ALARM_PER_MILLE * self.handed_over:
            return Standing.ALARMING
        return Standing.GOOD
