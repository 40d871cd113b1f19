"""A request for introductions while it is being written: kept sealed for one browser, for a day at most."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import DomainError
from webapp.domain.ids import token_hash
from webapp.gateways.sealing import Seal
from webapp.models import PendingRequest

KEPT = timedelta(days=1)
MOST_CHARACTERS = 32_768
"""More than a whole request needs. What is longer was not typed by a person, and is not kept."""


def keep(session: Session, clock: Clock, seal: Seal, key: str, draft_id: UUID, typed: Mapping[str, Any]) -> None:
    """Keep what was typed so far, in place of what was kept before. `key` is the browser's own secret."""
    told = json.dumps(dict(typed), ensure_ascii=False)
    if len(told) > MOST_CHARACTERS:
        return
    row = {"sealed": seal.close(told), "expires_at": clock.now() + KEPT}
    session.execute(
        insert(PendingRequest)
        .values(key_hash=_hash(key, draft_id), draft_id=draft_id, created_at=clock.now(), **row)
        .on_conflict_do_update(index_elements=[PendingRequest.key_hash], set_=row)
    )


def find(session: Session, clock: Clock, seal: Seal, key: str, draft_id: UUID) -> dict[str, Any] | None:
    """What this browser typed for this list; None when there is nothing, or it is too old to be opened."""
    sealed = session.execute(
        select(PendingRequest.sealed).where(
            PendingRequest.key_hash == _hash(key, draft_id), PendingRequest.expires_at > clock.now()
        )
    ).scalar_one_or_none()
    if sealed is None:
        return None
    try:
        typed: dict[str, Any] = json.loads(seal.open(sealed))
    except DomainError:
        # Sealed under an older SECRET_KEY: the student types it again.
        return None
    return typed


def forget(session: Session, key: str, draft_id: UUID) -> None:
    """Delete what this browser typed. Harmless when there is nothing."""
    session.execute(delete(PendingRequest).where(PendingRequest.key_hash == _hash(key, draft_id)))


def purge(session: Session, clock: Clock) -> int:
    """Delete what was never sent and is past its time; the number deleted."""
    gone = session.execute(
        delete(PendingRequest)
        .where(PendingRequest.expires_at <= clock.now())
        .returning(PendingRequest.expires_at)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _hash(key: str, draft_id: UUID) -> bytes:
    return token_hash(f"{key}:{draft_id}")
