"""Suppressions: which addresses get no mail of a class."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass
from webapp.models import Message, Prospect, Suppression


def suppressed_of(session: Session, keys: Mapping[Message, bytes]) -> set[Message]:
    """Those of `keys`, messages and their readers' keyed hashes, whose reader gets no mail of that class."""
    if not keys:
        return set()
    found = session.execute(
        select(Suppression.email_key, Suppression.message_class).where(Suppression.email_key.in_(set(keys.values())))
    )
    stopped = {(email_key, message_class) for email_key, message_class in found}
    return {row for row, key in keys.items() if (key, row.message_class) in stopped}


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
