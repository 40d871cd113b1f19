"""Shared lists: the links of a draft, and what one link shows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.ids import token_hash
from webapp.domain.shared_list import SharedContent
from webapp.models import SharedList


@dataclass(frozen=True, slots=True)
class SharedLink:
    """One link as its owner sees it. `content` is None once the link is over."""

    id: UUID
    draft_id: UUID
    content: SharedContent | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    opened_on: date | None

    def is_open(self, now: datetime) -> bool:
        """Whether it still opens."""
        return self.revoked_at is None and self.expires_at > now and self.content is not None


def list_shared(session: Session, draft_id: UUID) -> tuple[SharedLink, ...]:
    """Every link of a draft that is remembered, newest first."""
    rows = session.scalars(
        select(SharedList)
        .where(SharedList.draft_id == draft_id)
        .order_by(SharedList.created_at.desc(), SharedList.id.desc())
    )
    return tuple(_link(row) for row in rows)


def find_shared(session: Session, token: str) -> SharedLink | None:
    """The link that a token opens or once opened; None where there never was one, or it is forgotten."""
    row = session.execute(select(SharedList).where(SharedList.token_hash == token_hash(token))).scalar_one_or_none()
    return None if row is None else _link(row)


def _link(row: SharedList) -> SharedLink:
    return SharedLink(
        id=row.id,
        draft_id=row.draft_id,
        content=SharedContent.from_json(row.content) if row.content else None,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        opened_on=row.opened_on,
    )
