"""A partner's API keys: never the secret, which nobody can read again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.api_key import Scope
from webapp.domain.errors import NotFound
from webapp.models import ApiKey, Partner


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """One key. `last_used_at` is right to the hour."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    test: bool
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def api_key_state(session: Session, partner_id: UUID, key_id: UUID) -> dict[str, Any]:
    """A key as the audit log keeps it. NotFound unless it is the partner's."""
    row = session.get(ApiKey, key_id)
    if row is None or row.partner_id != partner_id:
        raise NotFound("There is no such key.")
    state = {"name": row.name, "prefix": row.prefix, "scopes": " ".join(row.scopes), "test": row.test}
    return state | ({"revoked": True} if row.revoked_at else {})


def list_api_keys(session: Session, partner_id: UUID) -> tuple[ApiKeyRow, ...]:
    """Every key of a partner, newest first, revoked ones too. There are few: no paging."""
    rows = session.scalars(
        select(ApiKey).where(ApiKey.partner_id == partner_id).order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
    )
    return tuple(
        ApiKeyRow(
            id=row.id,
            name=row.name,
            prefix=row.prefix,
            scopes=tuple(Scope(scope) for scope in row.scopes),
            test=row.test,
            created_by=row.created_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
            revoked_by=row.revoked_by,
        )
        for row in rows
    )


def get_partner_id(session: Session, slug: str) -> UUID:
    """The id of the partner of this short name. NotFound when there is none."""
    found = session.execute(select(Partner.id).where(Partner.slug == slug)).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no partner with this short name.")
    return found
