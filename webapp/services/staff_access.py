"""Links by which a member of staff sets a password, and the change of one's own."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Refused
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.staff_session import AccountNews, StaffAccessPurpose
from webapp.models import StaffAccessLink, StaffAccount
from webapp.services import access_link, account_news, message, staff_session
from webapp.services.access_link import STAFF
from webapp.services.password import hash_password, password_problems

VALID: Final = {
    StaffAccessPurpose.INVITATION: access_link.INVITATION_HOLDS,
    StaffAccessPurpose.PASSWORD_RESET: access_link.RESET_HOLDS,
}


def ask_for_new_password(session: Session, clock: Clock, links: Links, email: str) -> None:
    """Mail a link to set a new password, if somebody has this address.

    What is written, and so how long it takes, does not depend on whether the address is known: the mail of one that is
    not, finds nobody to go to. An account that has not accepted its invitation gets the invitation again. Links that
    were mailed before stay good: else a stranger could end them.
    """
    asked = access_link.asked_for(session, clock, links, STAFF, email)
    if asked is not None:
        purpose = StaffAccessPurpose.INVITATION if asked.is_new else StaffAccessPurpose.PASSWORD_RESET
        _send(session, clock, links, asked.account, purpose, email_key=asked.email_key)


def send(session: Session, clock: Clock, links: Links, account: StaffAccount, purpose: StaffAccessPurpose) -> None:
    """Mail `account` a link. Links it was mailed before work no more."""
    end_links(session, clock, account.id)
    _send(session, clock, links, account, purpose)


def end_links(session: Session, clock: Clock, staff_id: UUID) -> None:
    """No link that was mailed to this person works any more."""
    access_link.end_all(session, clock, STAFF, staff_id)


def set_password(session: Session, clock: Clock, token: str, password: str) -> StaffAccount:
    """Use a link up: the account behind it gets `password`; all its log-ins end, and its other links work no more.

    NotFound for a link that is wrong, used or too old; Refused where the password is weak, and the link stays good.
    """
    account = access_link.open_with(session, clock, STAFF, token)
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
    return access_link.purge(session, clock, STAFF)


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
