"""Links by which a member of a partner's team sets a password: an invitation, or a new one for one forgotten."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Refused
from webapp.domain.ids import new_id, new_token, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.partner_role import AccessPurpose
from webapp.domain.staff_session import AccountNews
from webapp.models import PartnerAccessLink, PartnerAccount
from webapp.services import access_link, account_news, message
from webapp.services.access_link import TEAM
from webapp.services.password import hash_password, password_problems

VALID: Final = {
    AccessPurpose.INVITATION: access_link.INVITATION_HOLDS,
    AccessPurpose.PASSWORD_RESET: access_link.RESET_HOLDS,
}


def ask_for_new_password(session: Session, clock: Clock, links: Links, email: str) -> None:
    """Mail a link to set a new password, if somebody has this address.

    What is written, and so how long it takes, does not depend on whether the address is known: the mail of one that is
    not, finds nobody to go to. An account that has not accepted its invitation gets the invitation again.
    """
    asked = access_link.asked_for(session, clock, links, TEAM, email)
    if asked is not None:
        purpose = AccessPurpose.INVITATION if asked.is_new else AccessPurpose.PASSWORD_RESET
        _send(session, clock, links, asked.account, asked.email_key, purpose)


def send(session: Session, clock: Clock, links: Links, account: PartnerAccount, purpose: AccessPurpose) -> None:
    """Mail `account` a link. Links it was mailed before work no more."""
    access_link.end_all(session, clock, TEAM, account.id)
    _send(session, clock, links, account, access_link.key_of(links, TEAM, account.email), purpose)


def set_password(session: Session, clock: Clock, token: str, password: str) -> PartnerAccount:
    """Use a link up: the account behind it gets `password`; all its log-ins end, and its other links work no more.

    NotFound for a link that is wrong, used or too old; Refused where the password is weak, and the link stays good.
    """
    account = access_link.open_with(session, clock, TEAM, token)
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
    """Delete links that were over a day ago; how many."""
    return access_link.purge(session, clock, TEAM)


def _set(session: Session, clock: Clock, account: PartnerAccount, password: str) -> None:
    problems = password_problems(password, about=(account.email, account.name))
    if problems:
        raise Refused(*problems)
    access_link.end_all(session, clock, TEAM, account.id)
    account.password, account.session_stamp = hash_password(password), new_token()
    account.updated_at = clock.now()


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
