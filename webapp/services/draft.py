"""Drafts: a form being filled, kept on the server step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.models import Draft, Submission


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft as the pages see it. `answers` holds {step: {field: value}}."""

    id: UUID
    answers: Mapping[str, Mapping[str, Any]]
    attribution: Mapping[str, str]
    is_complete: bool
    token_version: int


def start(
    session: Session, clock: Clock, links: Links, *, keep: timedelta, attribution: Mapping[str, str]
) -> OpenDraft:
    """A new, empty draft. `links.draft_token(draft.id)` is what the cookie holds."""
    now = clock.now()
    draft_id = new_id()
    draft = Draft(
        id=draft_id,
        token_hash=token_hash(links.draft_token(draft_id)),
        results_hash=token_hash(links.results_token(draft_id)),
        token_version=1,
        answers={},
        attribution=dict(attribution),
        created_at=now,
        updated_at=now,
        expires_at=now + keep,
    )
    session.add(draft)
    return _open(draft)


def find_by_cookie(session: Session, clock: Clock, token: str) -> OpenDraft | None:
    """The draft whose cookie token this is, unless it has expired."""
    return _find(session, clock, select(Draft).where(Draft.token_hash == token_hash(token)))


def find_by_results_token(session: Session, clock: Clock, token: str) -> OpenDraft | None:
    """The finished draft whose results link this is, unless it has expired."""
    found = _find(session, clock, select(Draft).where(Draft.results_hash == token_hash(token)))
    return found if found is not None and found.is_complete else None


def save_step(
    session: Session,
    clock: Clock,
    draft_id: UUID,
    step: str,
    answers: Mapping[str, Any],
    *,
    keep: timedelta,
    is_last: bool = False,
) -> OpenDraft:
    """Keep the answers of one step; other steps stay as they are, also when another tab saves at the same time."""
    now = clock.now()
    draft = session.execute(select(Draft).where(Draft.id == draft_id).with_for_update()).scalar_one()
    draft.answers = {**draft.answers, step: dict(answers)}
    draft.updated_at = now
    draft.expires_at = now + keep
    if is_last and draft.completed_at is None:
        draft.completed_at = now
    return _open(draft)


def discard(session: Session, draft_id: UUID) -> None:
    """Delete a draft from which nothing was asked for, and all that hangs on it. One that is gone is no error."""
    session.execute(delete(Draft).where(Draft.id == draft_id).execution_options(synchronize_session=False))


def purge(session: Session, clock: Clock, *, limit: int = 10_000) -> int:
    """Delete expired drafts that nothing was asked for from; the number deleted.

    The draft of a submission stays with it: it finds the results page that the mail links to.
    """
    asked = exists().where(Submission.draft_id == Draft.id)
    old = select(Draft.id).where(Draft.expires_at <= clock.now(), ~asked).limit(limit).with_for_update(skip_locked=True)
    gone = session.execute(
        delete(Draft)
        .where(Draft.id.in_(old.scalar_subquery()))
        .returning(Draft.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _find(session: Session, clock: Clock, query: Any) -> OpenDraft | None:
    draft: Draft | None = session.execute(query).scalar_one_or_none()
    if draft is None or _is_past(draft.expires_at, clock):
        return None
    return _open(draft)


def _is_past(moment: datetime, clock: Clock) -> bool:
    return moment <= clock.now()


def _open(draft: Draft) -> OpenDraft:
    return OpenDraft(
        id=draft.id,
        answers=draft.answers,
        attribution=draft.attribution,
        is_complete=draft.completed_at is not None,
        token_version=draft.token_version,
    )
