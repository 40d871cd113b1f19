"""Resume links: made and mailed when a student asks, opened on another device, switched off, forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import address_key, new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.models import Draft, ResumeLink
from webapp.services import message

FLOOD_WINDOW = timedelta(days=1)
MOST_TO_ADDRESS, MOST_MAILS_OF_DRAFT, MOST_OF_DRAFT = 3, 5, 20
"""In one FLOOD_WINDOW: mails to one address, mails from one form, links of one form."""
ADDRESS_KEPT = timedelta(days=3)
"""A mail that could not leave in this time never does (longer than all its retries): its address is erased."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that was made just now. The token is nowhere else: only its hash is stored."""

    id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that works, and the draft behind it."""

    id: UUID
    draft_id: UUID
    expires_at: datetime
    draft_updated_at: datetime


def make(
    session: Session, clock: Clock, links: Links, draft_id: UUID, *, keep: timedelta, address: str | None = None
) -> MadeLink:
    """A link to the draft that works for `keep`, mailed to `address` if there is one. The draft is kept as long.

    Refused when this form has had too many links, or this address too many mails, in the last day: the one who types an
    address need not be its owner.
    """
    now = clock.now()
    draft = session.execute(select(Draft).where(Draft.id == draft_id).with_for_update()).scalar_one()
    key = None if address is None else address_key(links.secret, address)
    _check_flood(session, draft_id, key, now)
    link_id = new_id()
    token = links.resume_token(link_id)
    link = ResumeLink(
        id=link_id,
        draft_id=draft_id,
        token_hash=token_hash(token),
        token_version=1,
        email=address,
        email_key=key,
        created_at=now,
        expires_at=now + keep,
    )
    session.add(link)
    draft.expires_at = max(draft.expires_at, link.expires_at)
    session.flush()
    if address is not None:
        message.queue(
            session,
            key=f"resume:{link_id}:{message.TEMPLATE_VERSION}",
            message_class=MessageClass.TRANSACTIONAL,
            template=Template.RESUME_LINK,
            at=now,
            resume_link_id=link_id,
        )
    return MadeLink(link_id, token, link.expires_at)


def find(session: Session, clock: Clock, token: str) -> OpenLink | None:
    """The link with this token, unless it or its draft has expired, or it was switched off."""
    now = clock.now()
    row = session.execute(
        select(ResumeLink.id, ResumeLink.draft_id, ResumeLink.expires_at, Draft.updated_at)
        .join(Draft, Draft.id == ResumeLink.draft_id)
        .where(ResumeLink.token_hash == token_hash(token), ResumeLink.expires_at > now, Draft.expires_at > now)
    ).first()
    return None if row is None else OpenLink(row.id, row.draft_id, row.expires_at, row.updated_at)


def switch_off(session: Session, links: Links, token: str) -> bool:
    """Make this link open nothing from now on, as it stands in any mail; whether there was one to switch off."""
    link = session.execute(
        select(ResumeLink).where(ResumeLink.token_hash == token_hash(token)).with_for_update()
    ).scalar_one_or_none()
    if link is None:
        return False
    link.token_version += 1
    link.token_hash = token_hash(links.resume_token(link.id, link.token_version))
    return True


def purge(session: Session, clock: Clock, *, limit: int = 10_000) -> int:
    """Delete expired links and forget addresses and their hashes past their time; the number of links deleted."""
    now = clock.now()
    late = (ResumeLink.email.is_not(None)) & (ResumeLink.created_at <= now - ADDRESS_KEPT)
    session.execute(update(ResumeLink).where(late).values(email=None).execution_options(synchronize_session=False))
    counted = (ResumeLink.email_key.is_not(None)) & (ResumeLink.created_at <= now - FLOOD_WINDOW)
    session.execute(
        update(ResumeLink).where(counted).values(email_key=None).execution_options(synchronize_session=False)
    )
    old = select(ResumeLink.id).where(ResumeLink.expires_at <= now).limit(limit).with_for_update(skip_locked=True)
    gone = session.execute(
        delete(ResumeLink)
        .where(ResumeLink.id.in_(old.scalar_subquery()))
        .returning(ResumeLink.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _check_flood(session: Session, draft_id: UUID, key: bytes | None, now: datetime) -> None:
    """The draft is locked already; those who name the same address wait for each other here."""

    def count(*which: ColumnElement[bool]) -> int:
        recent = select(func.count()).select_from(ResumeLink).where(ResumeLink.created_at > now - FLOOD_WINDOW)
        return session.execute(recent.where(*which)).scalar_one()

    own = ResumeLink.draft_id == draft_id
    if count(own) >= MOST_OF_DRAFT:
        raise _too_many("Today there have been many links to these answers already.")
    if key is None:
        return
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(key[:8], "big", signed=True))))
    if count(own, ResumeLink.email_key.is_not(None)) >= MOST_MAILS_OF_DRAFT:
        raise _too_many("Today we have mailed this form often enough.")
    if count(ResumeLink.email_key == key) >= MOST_TO_ADDRESS:
        raise _too_many("Today we have written to this address often enough.")


def _too_many(what: str) -> Refused:
    return Refused(Problem("email", what, "Look in the mails you have, or keep a link yourself with the button below."))
