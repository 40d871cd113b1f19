"""The ends a message can come to, written in its row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.domain.events import EventKind
from webapp.domain.message import MESSAGE_LIFECYCLE, MessageStatus, Template
from webapp.models import Message, ResumeLink
from webapp.services import lease, outbox


def locked(session: Session, message_id: UUID) -> Message | None:
    """The message, read anew, and nobody else's until the transaction ends; None when there is none."""
    return session.execute(
        select(Message).where(Message.id == message_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()


def finish(session: Session, row: Message, status: MessageStatus, reason: str, *, at: datetime) -> None:
    """`row` (locked) comes to `status`, and its lease ends. What is kept only for the sending is forgotten."""
    row.status = MESSAGE_LIFECYCLE.check(row.status, status)
    row.reason = reason
    lease.give_up(row)
    row.leased_domain = row.slot_at = None
    if status is MessageStatus.DEFERRED:
        return
    if row.template is Template.PARTNER_LEAD and "delivery_id" in row.about:
        # The delivery waits for what becomes of its mail.
        outbox.add(session, EventKind.DELIVERY_DUE, [UUID(row.about["delivery_id"])], due_at=at)
    # An address that is kept for this one mail is needed no longer.
    row.recipient = None
    if row.resume_link_id is not None:
        session.execute(update(ResumeLink).where(ResumeLink.id == row.resume_link_id).values(email=None))


def put_off(session: Session, row: Message, reason: str, *, until: datetime) -> None:
    """`row` (locked, not leased) waits until then. It has not been tried, so no attempt is counted."""
    row.reason, row.due_at = reason, until
    outbox.add(session, EventKind.MESSAGE_DUE, [row.id], due_at=until)
