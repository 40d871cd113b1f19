"""Links by which a member of staff sets a password, and the change of one's own."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import address_key, new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.staff_session import AccountNews, StaffAccessPurpose
from webapp.models import StaffAccessLink, StaffAccount
from webapp.services import account_news, message, staff_session
from webapp.services.password import hash_password, password_problems

MOST_IN_AN_HOUR: Final = 3
"""Mails to one address that others can cause."""
VALID: Final = {StaffAccessPurpose.INVITATION: timedelta(days=7), StaffAccessPurpose.PASSWORD_RESET: timedelta(hours=1)}
_KEPT: Final = timedelta(days=1)


def ask_for_new_password(session: Session, clock: Clock, links: Links, email: str) -> None:
    """Mail a link to set a new password, if somebody has this address.

    What is written, and so how long it takes, does not depend on whether the address is known: the mail of one that is
    not, finds nobody to go to. An account that has not accepted its invitation gets the invitation again. Links that
    were mailed before stay good: else a stranger could end them.
    """
    address = email.strip().lower()
    account = session.execute(
        select(StaffAccount).where(func.lower(StaffAccount.email) == address, StaffAccount.active)
    ).scalar_one_or_none()
    key = address_key(links.secret, f"staff access {address}")
    recent = StaffAccessLink.created_at > clock.now() - timedelta(hours=1)
    asked = session.execute(select(func.count()).where(StaffAccessLink.email_key == key, recent)).scalar_one()
    if asked < MOST_IN_AN_HOUR:
        is_new = account is not None and account.password is None
        purpose = StaffAccessPurpose.INVITATION if is_new else StaffAccessPurpose.PASSWORD_RESET
        _send(session, clock, links, account, purpose, email_key=key)


def send(session: Session, clock: Clock, links: Links, account: StaffAccount, purpose: StaffAccessPurpose) -> None:
    """Mail `account` a link. Links it was mailed before work no more."""
    end_links(session, clock, account.id)
    _send(session, clock, links, account, purpose)


def end_links(session: Session, clock: Clock, staff_id: UUID) -> None:
    """No link that was mailed to this person works any more."""
    session.execute(
        update(StaffAccessLink)
        .where(StaffAccessLink.staff_id == staff_id, StaffAccessLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def set_password(session: Session, clock: Clock, token: str, password: str) -> StaffAccount:
    """Use a link up: the account behind it gets `password`; all its log-ins end, and its other links work no more.

    NotFound for a link that is wrong, used or too old; Refused where the password is weak, and the link stays good.
    """
    whose = select(StaffAccessLink.staff_id).where(StaffAccessLink.token_hash == token_hash(token))
    # The account is locked before its links are looked at: two links of one account never wait for each other.
    account = session.execute(
        select(StaffAccount).where(StaffAccount.id == whose.scalar_subquery(), StaffAccount.active).with_for_update()
    ).scalar_one_or_none()
    link = session.execute(
        select(StaffAccessLink.id).where(
            StaffAccessLink.token_hash == token_hash(token),
            StaffAccessLink.used_at.is_(None),
            StaffAccessLink.expires_at > clock.now(),
        )
    ).first()
    if account is None or link is None:
        raise NotFound("This link works no more.")
    is_new = account.password is None
    _set(session, clock, account, password)
    if not is_new:
        account_news.tell_staff(session, clock, account.id, AccountNews.PASSWORD_CHANGED)
    return account


def change_password(session: Session, clock: Clock, staff_id: UUID, password: str) -> None:
    """Somebody who is logged in sets a new password: links and log-ins end, a mail says so. Refused where weak."""
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
    end_links(session, clock, account.id)
    staff_session.end_all(session, clock, account)


def _send(
    session: Session,
    clock: Clock,
    links: Links,
    account: StaffAccount | None,
    purpose: StaffAccessPurpose,
    *,
    email_key: bytes | None = None,
) -> None:
    link_id, now = new_id(), clock.now()
    session.add(
        StaffAccessLink(
            id=link_id,
            staff_id=account.id if account else None,
            email_key=email_key,
            purpose=purpose,
            token_hash=token_hash(links.staff_access_token(link_id)),
            expires_at=now + VALID[purpose],
            created_at=now,
        )
    )
    message.queue(
        session,
        key=f"staff_access:{link_id}",
        message_class=MessageClass.STAFF,
        template=Template.STAFF_ACCESS,
        at=now,
        about={"access_link_id": str(link_id)},
    )
