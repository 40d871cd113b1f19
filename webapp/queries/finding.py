"""Finding a thing by its id alone."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.models import Delivery, Lead, Message, Submission

_IDS: dict[str, Any] = {
    "leads": Lead.id,
    "submissions": Submission.id,
    "messages": Message.id,
    "deliveries": Delivery.id,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What an id belongs to: leads, submissions, messages or deliveries."""

    kind: str
    id: UUID


def find_by_id(session: Session, text: str) -> Found | None:
    """What `text`, a whole id in any of the usual spellings, belongs to; None when it is no id or nothing has it."""
    try:
        row_id = UUID(text.strip().removeprefix("msg_"))
    except ValueError:
        return None
    for kind, column in _IDS.items():
        if session.execute(select(exists().where(column == row_id))).scalar():
            return Found(kind, row_id)
    return None
