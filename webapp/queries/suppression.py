"""Suppressions for the back office: by keyed hash, since there is no address to show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.message import MessageClass
from webapp.domain.suppression import SuppressionReason
from webapp.models import Suppression
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(Suppression.created_at, Suppression.id)


@dataclass(frozen=True, slots=True)
class SuppressionRow:
    """One cause for which one address gets no mail of one class. `person` is the keyed hash of the address, as hex."""

    id: UUID
    created_at: datetime
    person: str
    message_class: MessageClass
    reason: str


def list_suppressions(
    session: Session, *, cursor: str | None, person: bytes | None, reason: SuppressionReason | None
) -> Page[SuppressionRow]:
    """Suppressions, newest first; all, or those of one address."""
    statement = _rows()
    if person is not None:
        statement = statement.where(Suppression.email_key == person)
    if reason is not None:
        statement = statement.where(Suppression.reason == reason)
    return read_page(session, statement, _ORDER, _row, cursor=cursor)


def get_suppression(session: Session, row_id: UUID) -> SuppressionRow:
    """One of them. NotFound when there is none, or it was lifted."""
    row = session.execute(_rows().where(Suppression.id == row_id)).first()
    if row is None:
        raise NotFound("There is no such suppression.")
    return _row(row)


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Suppression.id,
        Suppression.created_at,
        Suppression.email_key,
        Suppression.message_class,
        Suppression.reason,
    )


def _row(row: Any) -> SuppressionRow:
    return SuppressionRow(row.id, row.created_at, row.email_key.hex(), row.message_class, row.reason)
