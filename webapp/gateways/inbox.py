"""The development inbox: mail that is kept to be looked at instead of being sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from webapp.gateways.envelope import compose
from webapp.gateways.mail import HandingOver, OutgoingMail, Receipt, nothing


class InboxMail:
    """A MailGateway that hands each mail to `store`. It refuses what SMTP would refuse, so development shows it too."""

    def __init__(self, store: Callable[[OutgoingMail], None]) -> None:
        self._store = store

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        now = datetime.now(UTC)
        compose(mail, now=now)
        handing_over()
        self._store(mail)
        return Receipt(mail.message_id, now, "kept in the development inbox")
