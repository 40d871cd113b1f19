"""How the mail with a resume link stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.message import MessageStatus
from webapp.models import Message, ResumeLink


@dataclass(frozen=True, slots=True)
class LinkMail:
    """The state of one mail. Where it went is not told: the address may be erased already."""

    status: MessageStatus
    asked_at: datetime
    handed_over_at: datetime | None


def find_last_link_mail(session: Session, draft_id: UUID) -> LinkMail | None:
    """The newest mail with a link to this draft, if one was asked for."""
    row = session.execute(
        select(Message.status, Message.created_at, Message.handed_over_at)
        .join(ResumeLink, ResumeLink.id == Message.resume_link_id)
        .where(ResumeLink.draft_id == draft_id)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    return None if row is None else LinkMail(row.status, row.created_at, row.handed_over_at)
