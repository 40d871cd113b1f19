"""Links by which a member of a partner's team sets a password: an invitation, or a new one for one forgotten."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.ids import address_key, new_id, new_token, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.partner_role import AccessPurpose
from webapp.domain.staff_session import AccountNews
from webapp.models import PartnerAccessLink, PartnerAccount
from webapp.services import account_news, message
from webapp.services.password import hash_password, password_problems

VALID: Final = {AccessPurpose.INVITATION: timedelta(days=7), AccessPurpose.PASSWORD_RESET: timedelta(hours=1)}
MOST_IN_AN_HOUR: Final = 3
"""Mails to one address that others can cause."""
_KEPT: Final = timedelta(days=1)


def ask_for_new_password(session: Session, clock: Clock, links: Links, email: str) -> None:
    """Mail a link to set a new password, if somebody has this address.

    What is written, and so how long it takes, does not depend on whether the address is known: the mail of one that is
    not, finds nobody to go to. An account that has not accepted its invitation gets the invitation again.
    """
    address = email.strip().lower()
    account = session.execute(
        select(PartnerAccount).where(func.lower(PartnerAccount.email) == address, PartnerAccount.active)
    ).scalar_one_or_none()
    is_new = account is not None and account.password is None
    purpose = AccessPurpose.INVITATION if is_new else AccessPurpose.PASSWORD_RESET
    key = address_key(links.secret, f"partner access {address}")
    asked = session.execute(
        select(func.count()).where(
            PartnerAccessLink.email_key == key, PartnerAccessLink.created_at > clock.now() - timedelta(hours=1)
        )
    ).scalar_one()
    if asked < MOST_IN_AN_HOUR:
        _send(session, clock, links, account, key, purpose)


def send(session: Session, clock: Clock, links: Links, account: PartnerAccount, purpose: AccessPurpose) -> None:
    """Mail `account` a link. Links it was mailed before work no more."""
    _end_links(session, clock, account.id)
    key = address_key(links.secret, f"partner access {account.email}")
    _send(session, clock, links, account, key, purpose)


def set_password(session: Session, clock: Clock, token: str, password: str) -> PartnerAccount:
    """Use a link up: the account behind it gets `password`; all its log-ins end, and its other links work no more.

    NotFound for a link that is wrong, used or too old; Refused where the password is weak, and the link stays good.
    """
    whose = select(PartnerAccessLink.account_id).where(PartnerAccessLink.token_hash == token_hash(token))
    # The account is locked before its links are looked at: two links of one account never wait for each other.
    account = session.execute(
        select(PartnerAccount)
        .where(PartnerAccount.id == whose.scalar_subquery(), PartnerAccount.active)
        .with_for_update()
    ).scalar_one_or_none()
    link = session.execute(
        select(PartnerAccessLink.id).where(
            PartnerAccessLink.token_hash == token_hash(token),
            PartnerAccessLink.used_at.is_(None),
            PartnerAccessLink.expires_at > clock.now(),
        )
    ).first()
    if account is None or link is None:
        raise NotFound("This link works no more.")
    is_new = account.password is None
    _set(session, clock, account, password)
    if not is_new:
        account_news.tell_member(session, clock, account.partner_id, account.id, AccountNews.PASSWORD_CHANGED)
    return account


def change_password(session: Session, clock: Clock, account_id: UUID, password: str) -> None:
    """Somebody who is logged in sets a new password: their log-ins and mailed links end. Refused where it is weak."""
    account = session.execute(
        select(PartnerAccount).where(PartnerAccount.id == account_id).with_for_update()
    ).scalar_one()
    _set(session, clock, account, password)


def purge(session: Session, clock: Clock) -> int:
    """Delete links that were over a day ago; the number deleted."""
    gone = session.execute(
        delete(PartnerAccessLink)
        .where(PartnerAccessLink.expires_at < clock.now() - _KEPT)
        .returning(PartnerAccessLink.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _set(session: Session, clock: Clock, account: PartnerAccount, password: str) -> None:
    problems = password_problems(password, about=(account.email, account.name))
    if problems:
        raise Refused(*problems)
    _end_links(session, clock, account.id)
    account.password, account.session_stamp = hash_password(password), new_token()
    account.updated_at = clock.now()


def _end_links(session: Session, clock: Clock, account_id: UUID) -> None:
    session.execute(
        update(PartnerAccessLink)
        .where(PartnerAccessLink.account_id == account_id, PartnerAccessLink.used_at.is_(None))
        .values(used_at=clock.now())
    )


def _send(
    session: Session,
    clock: Clock,
    links: Links,
    account: PartnerAccount | None,
    email_key: bytes,
    purpose: AccessPurpose,
) -> None:
    link_id = new_id()
    session.add(
        PartnerAccessLink(
            id=link_id,
            account_id=account.id if account else None,
            email_key=email_key,
            purpose=purpose,
            token_hash=token_hash(links.partner_access_token(link_id)),
            expires_at=clock.now() + VALID[purpose],
            created_at=clock.now(),
        )
    )
    message.queue(
        session,
        key=f"partner_access:{link_id}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_ACCESS,
        at=clock.now(),
        partner_id=account.partner_id if account else None,
        about={"access_link_id": str(link_id)},
    )
