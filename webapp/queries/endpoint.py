"""A partner's webhook endpoints as its own systems see them: its signed webhooks, never with a secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel
from webapp.domain.errors import NotFound
from webapp.models import PartnerEndpoint
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(PartnerEndpoint.created_at, PartnerEndpoint.id)


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """Where leads are, or were, posted."""

    id: UUID
    url: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None


def list_endpoints(session: Session, partner_id: UUID, *, cursor: str | None, size: int) -> Page[EndpointRow]:
    """A partner's signed webhooks, newest first. Other delivery methods are not endpoints."""
    statement = _rows().where(PartnerEndpoint.partner_id == partner_id)
    return read_page(session, statement, _ORDER, lambda row: EndpointRow(*row[:5]), cursor=cursor, size=size)


def get_endpoint(session: Session, endpoint_id: UUID, *, partner_id: UUID) -> EndpointRow:
    """One endpoint. NotFound unless it is the partner's own."""
    row = session.execute(
        _rows().where(PartnerEndpoint.id == endpoint_id, PartnerEndpoint.partner_id == partner_id)
    ).first()
    if row is None:
        raise NotFound("There is no such endpoint.")
    return EndpointRow(*row[:5])


def _rows() -> Any:
    return select(
        PartnerEndpoint.id,
        PartnerEndpoint.url,
        PartnerEndpoint.created_at,
        PartnerEndpoint.disabled_at,
        PartnerEndpoint.disabled_reason,
    ).where(PartnerEndpoint.kind == Channel.WEBHOOK, PartnerEndpoint.removed_at.is_(None))
