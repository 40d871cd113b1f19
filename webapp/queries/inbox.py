"""The development inbox, newest first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import InboxMail


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One mail as it was handed over."""

    id: UUID
    received_at: datetime
    sender: str
    recipient: str
    subject: str
    headers: dict[str, str]
    text: str
    html: str


def latest_mails(session: Session, *, limit: int) -> list[KeptMail]:
    """The newest `limit` mails."""
    rows = session.scalars(select(InboxMail).order_by(InboxMail.received_at.desc(), InboxMail.id.desc()).limit(limit))
    return [_kept(row) for row in rows]


def find_mail(session: Session, mail_id: UUID) -> KeptMail | None:
    row = session.get(InboxMail, mail_id)
    return _kept(row) if row else None


def _kept(row: InboxMail) -> KeptMail:
    return KeptMail(
        row.id, row.received_at, row.sender, row.recipient, row.subject, dict(row.headers), row.text, row.html
    )
