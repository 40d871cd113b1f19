"""Messages for the back office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.domain.bounce import ReportKind
from webapp.domain.errors import NotFound
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.models import InboundMail, Message
from webapp.queries.attempts import AttemptRow, attempts_at_message
from webapp.queries.paging import Page, count_up_to, newest_first, read_page
from webapp.queries.prospects import Student, get_student

_ORDER = newest_first(Message.created_at, Message.id)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One mail as a list shows it: no recipient."""

    id: UUID
    created_at: datetime
    message_class: MessageClass
    template: Template
    status: MessageStatus
    reason: str | None
    attempts_made: int
    due_at: datetime | None
    handed_over_at: datetime | None
    submission_id: UUID | None
    lead_id: UUID | None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What a list of messages is narrowed to; None means all. They were made from `since` to before `until`."""

    status: MessageStatus | None = None
    message_class: MessageClass | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One mail that came back about a message. `diagnosis` is a mail server's words, without addresses."""

    received_at: datetime
    kind: ReportKind | None
    status_code: str | None
    diagnosis: str | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """One mail with its attempts. Holds personal data when it goes to a student."""

    row: MessageRow
    key: str
    template_version: str
    leased_until: datetime | None
    student: Student | None
    partner_id: UUID | None
    attempts: tuple[AttemptRow, ...]
    reports: tuple[ReportRow, ...]


def list_messages(session: Session, wanted: MessageFilter, *, cursor: str | None) -> Page[MessageRow]:
    """Messages, newest first."""
    return read_page(session, _narrowed(_rows(), wanted), _ORDER, lambda row: MessageRow(*row[:11]), cursor=cursor)


def message_ids(session: Session, wanted: MessageFilter, *, most: int) -> list[UUID]:
    """The ids of the first `most` that are like that, the oldest first."""
    statement = _narrowed(select(Message.id), wanted).order_by(Message.created_at, Message.id).limit(most)
    return list(session.scalars(statement))


def count_messages(session: Session, wanted: MessageFilter, *, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    return count_up_to(session, _narrowed(select(Message.id), wanted), most)


def _narrowed(statement: Select[Any], wanted: MessageFilter) -> Select[Any]:
    if wanted.status is not None:
        statement = statement.where(Message.status == wanted.status)
    if wanted.message_class is not None:
        statement = statement.where(Message.message_class == wanted.message_class)
    if wanted.since is not None:
        statement = statement.where(Message.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Message.created_at < wanted.until)
    return statement


def messages_of_submission(session: Session, submission_id: UUID) -> tuple[MessageRow, ...]:
    """The messages of one submission, first to last."""
    return _some(session, _rows().where(Message.submission_id == submission_id))


def messages_of_lead(session: Session, lead_id: UUID) -> tuple[MessageRow, ...]:
    """The messages about one lead, first to last."""
    return _some(session, _rows().where(Message.lead_id == lead_id))


def get_message(session: Session, message_id: UUID) -> MessageDetail:
    """One message. NotFound when there is none."""
    message = session.get(Message, message_id)
    if message is None:
        raise NotFound("There is no such message.")
    (row,) = _some(session, _rows().where(Message.id == message_id))
    return MessageDetail(
        row=row,
        key=message.key,
        template_version=message.template_version,
        leased_until=message.leased_until,
        student=get_student(session, message.prospect_id) if message.prospect_id else None,
        partner_id=message.partner_id,
        attempts=attempts_at_message(session, message_id),
        reports=_reports(session, message_id),
    )


def _reports(session: Session, message_id: UUID) -> tuple[ReportRow, ...]:
    rows = session.execute(
        select(
            InboundMail.received_at,
            InboundMail.kind,
            InboundMail.status_code,
            InboundMail.diagnosis,
            InboundMail.outcome,
        )
        .where(InboundMail.message_id == message_id)
        .order_by(InboundMail.received_at, InboundMail.id)
    )
    return tuple(ReportRow(*row) for row in rows)


def message_state(session: Session, message_id: UUID) -> dict[str, Any]:
    """What the audit log keeps of a message before and after staff act on it."""
    row = session.execute(
        select(Message.status, Message.reason, Message.attempts_made).where(Message.id == message_id)
    ).first()
    if row is None:
        raise NotFound("There is no such message.")
    return {"status": row.status, "reason": row.reason, "attempts_made": row.attempts_made}


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Message.id,
        Message.created_at,
        Message.message_class,
        Message.template,
        Message.status,
        Message.reason,
        Message.attempts_made,
        Message.due_at,
        Message.handed_over_at,
        Message.submission_id,
        Message.lead_id,
    )


def _some(session: Session, statement: Select[*tuple[Any, ...]]) -> tuple[MessageRow, ...]:
    rows = session.execute(statement.order_by(Message.created_at, Message.id))
    return tuple(MessageRow(*row) for row in rows)
