"""Repeated requests: what was answered is kept for a day, so that the same request again does nothing new."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.gateways.sealing import Seal
from webapp.models import KeptAnswer

KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as repeats of it are known: whose key, under which name (`Idempotency-Key`), asking what."""

    api_key_id: UUID
    name: str
    content: bytes

    @property
    def key_hash(self) -> bytes:
        return hashlib.sha256(self.name.encode()).digest()

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.content).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP status and the body."""

    status: int
    body: str


def claim(session: Session, clock: Clock, seal: Seal, request: Request) -> Answer | None:
    """None when this request is new and now claimed; what was answered when it was made before.

    Of two at once the second waits until the first has ended. Refused when the name was used for something else.
    The claim ends with the caller's transaction: of a request that fails nothing is kept, and it may be tried again.
    """
    now = clock.now()
    mine = (KeptAnswer.api_key_id == request.api_key_id, KeptAnswer.key_hash == request.key_hash)
    session.execute(delete(KeptAnswer).where(*mine, KeptAnswer.created_at < now - KEPT))
    claimed = session.execute(
        insert(KeptAnswer)
        .values(api_key_id=request.api_key_id, key_hash=request.key_hash, request_digest=request.digest, created_at=now)
        .on_conflict_do_nothing()
        .returning(KeptAnswer.key_hash)
    ).first()
    if claimed is not None:
        return None
    kept = session.execute(select(KeptAnswer).where(*mine)).scalar_one()
    if kept.request_digest != request.digest:
        raise Refused(
            Problem("Idempotency-Key", "It was used for another request.", "Use a new one for each new request.")
        )
    if kept.status is None or kept.sealed_answer is None:
        return None
    return Answer(kept.status, seal.open(kept.sealed_answer))


def keep(session: Session, seal: Seal, request: Request, answer: Answer) -> None:
    """Keep what a claimed request was answered."""
    session.execute(
        update(KeptAnswer)
        .where(KeptAnswer.api_key_id == request.api_key_id, KeptAnswer.key_hash == request.key_hash)
        .values(status=answer.status, sealed_answer=seal.close(answer.body))
    )


def purge(session: Session, clock: Clock) -> int:
    """Delete what was kept long enough; the number of answers."""
    gone = session.execute(
        delete(KeptAnswer).where(KeptAnswer.created_at < clock.now() - KEPT).returning(KeptAnswer.key_hash)
    )
    return len(gone.all())
