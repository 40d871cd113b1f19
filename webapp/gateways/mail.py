"""The mail gateway: what a mail is on its way out, and the one thing a mail gateway does with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name (may be blank) and an address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to one recipient.

    `message_id` is the value of the Message-ID header with its angle brackets; keep it the same over retries.
    `headers` are extra headers (List-Unsubscribe, Auto-Submitted, Reply-To …), never those the gateway writes itself.
    `envelope_from` is the bounce address; blank means the sender's address.
    """

    sender: Mailbox
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    envelope_from: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail ready for the wire: ASCII bytes with CRLF line ends, and the two addresses SMTP asks for.

    `dotted` is the content as it follows DATA: leading dots doubled, ended by a line with a dot (RFC 5321 §4.5.2).
    """

    message_id: str
    mail_from: str
    rcpt_to: str
    content: bytes
    dotted: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the mail was handed over: the other side's answer, with any address in it blanked out."""

    message_id: str
    handed_over_at: datetime
    answer: str


HandingOver = Callable[[], None]


def nothing() -> None:
    """For callers who need not know when the handing over begins."""


class MailGateway(Protocol):
    """Hands a mail over. Safe to call from several threads at once."""

    def send(self, mail: OutgoingMail, *, handing_over: HandingOver = nothing) -> Receipt:
        """Hand `mail` over; raises Retryable, Permanent or Uncertain (webapp.gateways.errors).

        `handing_over` is called once, at the last moment at which the other side has nothing yet: whoever dies before
        it may send again, whoever dies after it cannot know. If it raises, nothing is sent and its error goes on.
        """
        ...
