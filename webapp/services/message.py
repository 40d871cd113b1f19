"""Messages: queued once by key, then leased, sent and written down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.events import EventKind
from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models import Message
from webapp.services import outbox

TEMPLATE_VERSION = "1"


def queue(
    session: Session,
    *,
    key: str,
    message_class: MessageClass,
    template: Template,
    at: datetime,
    prospect_id: UUID | None = None,
    partner_id: UUID | None = None,
    submission_id: UUID | None = None,
    lead_id: UUID | None = None,
) -> UUID | None:
    """Queue one mail, due at `at`; its id, or None when `key` was queued before."""
    row = session.execute(
        insert(Message)
        .values(
            id=new_id(),
            key=key,
            message_class=message_class,
            template=template,
            template_version=TEMPLATE_VERSION,
            prospect_id=prospect_id,
            partner_id=partner_id,
            submission_id=submission_id,
            lead_id=lead_id,
            status=MessageStatus.PENDING,
            due_at=at,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Message.id)
    ).first()
    if row is None:
        return None
    message_id: UUID = row.id
    outbox.add(session, EventKind.MESSAGE_DUE, [message_id], due_at=at)
    return message_id
