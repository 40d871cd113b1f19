"""The delivery log: what was sent to a partner for each lead, and what came back, try by try."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.domain.delivery import AttemptOutcome, Channel
from webapp.domain.errors import NotFound
from webapp.models import Attempt, Delivery, Lead, PartnerEndpoint
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Attempt.started_at, Attempt.id)


@dataclass(frozen=True, slots=True)
class LoggedAttempt:
    """One try. It holds the student's details in `request` and perhaps in `answer`: only for who may see leads.

    `request` is {method, url, headers, body, cut} without secrets, None for methods that post nothing and once the
    student is erased. `answer` is hostile text: show it as text.
    """

    id: UUID
    delivery_id: UUID
    lead_id: UUID
    webhook_id: str
    test: bool
    kind: Channel | None
    method_name: str | None
    number: int
    outcome: AttemptOutcome
    reason: str | None
    http_status: int | None
    started_at: datetime
    finished_at: datetime | None
    duration_ms: float | None
    request: dict[str, Any] | None
    answer: str | None


def list_attempts(
    session: Session,
    partner_id: UUID,
    *,
    cursor: str | None = None,
    outcome: AttemptOutcome | None = None,
    method_id: UUID | None = None,
    lead_id: UUID | None = None,
) -> Page[LoggedAttempt]:
    """The partner's attempts, newest first."""
    statement = _attempts().where(Attempt.partner_id == partner_id)
    if outcome is not None:
        statement = statement.where(Attempt.outcome == outcome)
    if method_id is not None:
        statement = statement.where(Attempt.endpoint_id == method_id)
    if lead_id is not None:
        statement = statement.where(Delivery.lead_id == lead_id)
    return read_page(session, statement, _ORDER, lambda row: LoggedAttempt(*row[:16]), cursor=cursor)


def get_attempt(session: Session, attempt_id: UUID, *, partner_id: UUID) -> LoggedAttempt:
    """One attempt of the partner's; NotFound when it is another's or there is none."""
    row = session.execute(_attempts().where(Attempt.id == attempt_id, Attempt.partner_id == partner_id)).first()
    if row is None:
        raise NotFound("There is no such attempt.")
    return LoggedAttempt(*row)


def _attempts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Attempt.id,
            Attempt.delivery_id,
            Delivery.lead_id,
            Delivery.webhook_id,
            Lead.test,
            PartnerEndpoint.kind,
            PartnerEndpoint.name,
            Attempt.number,
            Attempt.outcome,
            Attempt.reason,
            Attempt.http_status,
            Attempt.started_at,
            Attempt.finished_at,
            Attempt.duration_ms,
            Attempt.request,
            Attempt.answer,
        )
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Lead, Lead.id == Delivery.lead_id)
        .outerjoin(PartnerEndpoint, PartnerEndpoint.id == Attempt.endpoint_id)
    )
