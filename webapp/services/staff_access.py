"""Links by which a member of staff sets a password, and the change of one's own."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.staff_session import AccountNews, StaffAccessPurpose
from webapp.models import StaffAccessLink, StaffAccount
from webapp.services import account_news, message, staff_session
from webapp.services.password import hash_password, password_problems

VALID: Final = {StaffAccessPurpose.INVITATION: timedelta(days=7), StaffAccessPurpose.PASSWORD_RESET: timedelta(hours=1)}
_KEPT: Final = timedelta(days=1)


def send(session: Session, clock: Clock, links: Links, account: StaffAccount, purpose: StaffAccessPurpose) -> None:
    """Mail `account` a link. Links it was mailed before work no more."""
    end_links(session, clock, account.id)
    link_id = new_id()
    session.add(
        StaffAccessLink(
            id=link_id,
            staff_id=account.id,
            purpose=purpose,
            token_hash=token_hash(links.staff_access_token(link_id)),
            expires_at=clock.now() + VALID[purpose],
            created_at=clock.now(),
        )
    )
    message.queue(
        session,
        key=f"staff_access:{link_id}",
        message_class=MessageClass.STAFF,
        template=Template.STAFF_ACCESS,
        at=clock.now(),
        about={"access_link_id": str(link_id)},
    )


def end_links(session: Session, clock: Clock, staff_id: UUID) -> None:
    """No link that was mailed to this person works any more."""
    session.execute(
        update(StaffAccessLink)
        .where(StaffAccessLink.staff_id == staff_id, StaffAccessLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def set_password(session: Session, clock: Clock, token: str, password: str) -> StaffAccount:
    """Use a link up: the account behind it gets `password` and all its log-ins end.

    NotFound for a link that is wrong, used or too old; Refused where the password is weak, and the link stays good.
    """
    link = session.execute(
        select(StaffAccessLink).where(StaffAccessLink.token_hash == token_hash(token)).with_for_update()
    ).scalar_one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= clock.now():
        raise NotFound("This link works no more.")
    account = session.execute(
        select(StaffAccount).where(StaffAccount.id == link.staff_id).with_for_update()
    ).scalar_one()
    if not account.active:
        raise NotFound("This link works no more.")
    is_new = account.password is None
    _set(session, clock, account, password)
    link.used_at = clock.now()
    if not is_new:
        account_news.tell_staff(session, clock, account.id, AccountNews.PASSWORD_CHANGED)
    return account


def change_password(session: Session, clock: Clock, staff_id: UUID, password: str) -> None:
    """Somebody who is logged in sets a new password: all their log-ins end, and a mail says so. Refused where weak."""
    account = session.execute(select(StaffAccount).where(StaffAccount.id == staff_id).with_for_update()).scalar_one()
    _set(session, clock, account, password)
    account_news.tell_staff(session, clock, staff_id, AccountNews.PASSWORD_CHANGED)


def password_of(session: Session, staff_id: UUID) -> str | None:
    """The stored hash that a password of this person is checked against."""
    return session.execute(select(StaffAccount.password).where(StaffAccount.id == staff_id)).scalar_one()


def purge(session: Session, clock: Clock) -> int:
    """Delete links that were over a day ago; how many."""
    gone = session.execute(
        delete(StaffAccessLink)
        .where(StaffAccessLink.expires_at < clock.now() - _KEPT)
        .returning(StaffAccessLink.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _set(session: Session, clock: Clock, account: StaffAccount, password: str) -> None:
    problems = password_problems(password, about=(account.email,))
    if problems:
        raise Refused(*problems)
    account.password = hash_password(password)
    account.confirmed_at = account.confirmed_at or clock.now()
    staff_session.end_all(session, clock, account)
