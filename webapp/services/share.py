"""Sharing a list by a link that anyone may open until it expires or is revoked."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.shared_list import SharedContent
from webapp.models import Draft, SharedList

MOST_LINKS = 20
"""Links of one draft that may be open at once."""
REMEMBERED = timedelta(days=90)
"""How long a link that is over still says so, instead of saying nothing."""


def share(
    session: Session, clock: Clock, links: Links, draft_id: UUID, content: SharedContent, *, keep: timedelta
) -> UUID:
    """Keep `content` under a new link, and return the link's id. It ends after `keep`, or with the draft if sooner.

    Refused when there is nothing to share or too many links are open.
    """
    now = clock.now()
    draft = session.execute(select(Draft).where(Draft.id == draft_id).with_for_update()).scalar_one()
    if not content.programs:
        raise Refused(Problem("list", "There is nothing on this list yet.", "Add a program first."))
    is_open = (SharedList.revoked_at.is_(None), SharedList.expires_at > now)
    count = session.scalar(select(func.count()).where(SharedList.draft_id == draft_id, *is_open)) or 0
    if count >= MOST_LINKS:
        raise Refused(Problem("links", f"You have {MOST_LINKS} open links, which is the most.", "Revoke one first."))
    shared_id = new_id()
    session.add(
        SharedList(
            id=shared_id,
            draft_id=draft_id,
            token_hash=token_hash(links.shared_token(shared_id)),
            content=content.to_json(),
            created_at=now,
            expires_at=min(now + keep, draft.expires_at),
        )
    )
    return shared_id


def revoke(session: Session, clock: Clock, draft_id: UUID, shared_id: UUID) -> None:
    """Close a link for good and forget what it showed. Twice is the same as once. NotFound for another's link."""
    shared = session.execute(
        select(SharedList).where(SharedList.id == shared_id, SharedList.draft_id == draft_id).with_for_update()
    ).scalar_one_or_none()
    if shared is None:
        raise NotFound("There is no such link.")
    if shared.revoked_at is None:
        shared.revoked_at = clock.now()
        shared.content = {}


def note_opened(session: Session, clock: Clock, shared_id: UUID) -> None:
    """Remember the day on which a link was last opened; nothing about who opened it."""
    today = clock.now().date()
    session.execute(
        update(SharedList)
        .where(SharedList.id == shared_id, SharedList.opened_on.is_distinct_from(today))
        .values(opened_on=today)
        .execution_options(synchronize_session=False)
    )


def purge(session: Session, clock: Clock, *, limit: int = 10_000) -> int:
    """Forget what expired links showed, and delete links that have long been over; the number of rows touched."""
    now = clock.now()
    over = (
        select(SharedList.id)
        .where(or_(SharedList.expires_at <= now - REMEMBERED, SharedList.revoked_at <= now - REMEMBERED))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(SharedList)
        .where(SharedList.id.in_(over.scalar_subquery()))
        .returning(SharedList.id)
        .execution_options(synchronize_session=False)
    )
    emptied = session.execute(
        update(SharedList)
        .where(SharedList.expires_at <= now, SharedList.content != {})
        .values(content={})
        .returning(SharedList.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all()) + len(emptied.all())
