"""How talking to the outside world can end when it does not simply succeed.

Each error carries a machine code (`reason`, lower snake case, stable: stored with attempts and counted in metrics)
and a sentence (`text`) that is safe to store and to show to staff: never a name, an address or an answer's own words.
"""

from __future__ import annotations

from datetime import timedelta


class GatewayError(Exception):
    """Base of the three endings; catch the subclasses, since each asks for a different next step."""

    def __init__(self, reason: str, *, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text or reason.replace("_", " ").capitalize() + "."


class Retryable(GatewayError):
    """Nothing was handed over, or handing it over again is harmless: try later.

    `retry_after` is the least wait the other side asked for, when it asked.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None, *, text: str = "") -> None:
        super().__init__(reason, text=text)
        self.retry_after = retry_after


class Permanent(GatewayError):
    """The same thing sent again would be refused again: stop and say why."""


class Uncertain(GatewayError):
    """It was handed over but the answer was lost. Sending again could double it: record it so and do not repeat."""
