"""The audit log for the back office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import AuditEntry
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to which thing, from where, and what it was before and after.

    `partner_id` is set where one of a partner's own people did.
    """

    id: UUID
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    remote_address: str | None
    partner_id: UUID | None


def list_audit(
    session: Session,
    *,
    cursor: str | None,
    object_type: str | None = None,
    object_id: str | None = None,
    partner_id: UUID | None = None,
) -> Page[AuditRow]:
    """Entries, newest first; of one thing when both its type and id are given; of what one partner's people did."""
    statement = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.action,
        AuditEntry.object_type,
        AuditEntry.object_id,
        AuditEntry.before,
        AuditEntry.after,
        AuditEntry.remote_address,
        AuditEntry.partner_id,
    )
    if object_type is not None and object_id is not None:
        statement = statement.where(AuditEntry.object_type == object_type, AuditEntry.object_id == object_id)
    if partner_id is not None:
        statement = statement.where(AuditEntry.partner_id == partner_id)
    return read_page(session, statement, _ORDER, lambda row: AuditRow(*row[:10]), cursor=cursor)
