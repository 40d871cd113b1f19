"""Delivery methods as staff and partners see them: in order, with their health, never with a secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import Limits
from webapp.domain.errors import NotFound
from webapp.models import PartnerEndpoint


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method. `config` is in the JSON form that `domain.delivery_method.read_config` reads.

    `failing_since` is None while all is well. `former_secret_until`: until then the former secret signs too.
    """

    id: UUID
    partner_id: UUID
    kind: Channel
    name: str
    position: int
    url: str | None
    config: dict[str, Any]
    limits: Limits
    has_credential: bool
    former_secret_until: datetime | None
    failures_in_row: int
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime

    @property
    def in_use(self) -> bool:
        return self.disabled_at is None


def list_methods(session: Session, partner_id: UUID) -> tuple[MethodRow, ...]:
    """The partner's methods in its order, disabled ones too."""
    rows = session.scalars(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position, PartnerEndpoint.created_at.desc(), PartnerEndpoint.id.desc())
    )
    return tuple(_row(each) for each in rows)


def get_method(session: Session, method_id: UUID, *, partner_id: UUID | None = None) -> MethodRow:
    """One method; with `partner_id` only if it is that partner's. NotFound otherwise, and when it was removed."""
    method = session.get(PartnerEndpoint, method_id)
    is_theirs = method is not None and partner_id in (None, method.partner_id)
    if method is None or not is_theirs or method.removed_at is not None:
        raise NotFound("There is no such delivery method.")
    return _row(method)


def _row(method: PartnerEndpoint) -> MethodRow:
    return MethodRow(
        id=method.id,
        partner_id=method.partner_id,
        kind=method.kind,
        name=method.name,
        position=method.position,
        url=method.url,
        config=dict(method.config),
        limits=Limits(method.per_minute, method.at_once),
        has_credential=method.sealed_credential is not None,
        former_secret_until=method.former_secret_until,
        failures_in_row=method.failures_in_row,
        failing_since=method.failing_since,
        disabled_at=method.disabled_at,
        disabled_reason=method.disabled_reason,
        created_at=method.created_at,
    )
