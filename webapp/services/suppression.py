"""Suppressions: which addresses get no mail of a class."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.ids import address_key, new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass
from webapp.models import Prospect, Suppression


def is_suppressed(session: Session, links: Links, address: str, message_class: MessageClass) -> bool:
    """Whether `address` gets no mail of `message_class`."""
    key = address_key(links.secret, address)
    found = exists().where(Suppression.email_key == key, Suppression.message_class == message_class)
    return bool(session.execute(select(found)).scalar())


def suppress_prospect(
    session: Session, prospect_id: UUID, message_class: MessageClass, *, reason: str, at: datetime
) -> None:
    """No more mail of `message_class` to this prospect's address. Twice is the same as once."""
    prospect = session.get_one(Prospect, prospect_id)
    session.execute(
        insert(Suppression)
        .values(id=new_id(), email_key=prospect.email_key, message_class=message_class, reason=reason, created_at=at)
        .on_conflict_do_nothing()
    )
