"""What mails to staff say, read from the rows they are about."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.links import Links
from webapp.domain.staff_alert import AlertKind
from webapp.domain.staff_session import AccountNews
from webapp.emails.account_news import AccountNewsMail
from webapp.emails.footer import Footer
from webapp.emails.staff_access import StaffAccess
from webapp.emails.staff_alert import StaffAlert
from webapp.models import Message, PartnerAccount, StaffAccessLink, StaffAccount


def staff_address(session: Session, message: Message) -> str | None:
    """The address of the member of staff it goes to; None where the account was closed meanwhile."""
    return session.execute(
        select(StaffAccount.email).where(StaffAccount.id == UUID(message.about["staff_id"]), StaffAccount.active)
    ).scalar()


def staff_alert(_: Session, message: Message, links: Links, footer: Footer) -> StaffAlert:
    """Something that cannot wait until somebody looks."""
    return StaffAlert(
        footer=footer,
        kind=AlertKind(message.about["kind"]),
        mails=message.about["mails"],
        complaints=message.about["complaints"],
        noticed_at=message.created_at,
        page_url=links.staff_mails_url(),
    )


def invited_staff(session: Session, message: Message) -> str | None:
    """The address a link to set a password goes to; None where it was used up, or the account closed, meanwhile."""
    return session.execute(
        select(StaffAccount.email)
        .join(StaffAccessLink, StaffAccessLink.staff_id == StaffAccount.id)
        .where(
            StaffAccessLink.id == UUID(message.about["access_link_id"]),
            StaffAccessLink.used_at.is_(None),
            StaffAccount.active,
        )
    ).scalar()


def staff_access(session: Session, message: Message, links: Links, footer: Footer) -> StaffAccess:
    """A link to set a password."""
    link = session.get_one(StaffAccessLink, UUID(message.about["access_link_id"]))
    return StaffAccess(
        footer=footer, purpose=link.purpose, access_url=links.staff_access_url(link.id), expires_at=link.expires_at
    )


def owner_of_account(session: Session, message: Message) -> str | None:
    """The address of the person whose account changed, of staff or of a partner; None where it is gone."""
    if "staff_id" in message.about:
        return staff_address(session, message)
    return session.execute(
        select(PartnerAccount.email).where(
            PartnerAccount.id == UUID(message.about["account_id"]), PartnerAccount.active
        )
    ).scalar()


def account_news(_: Session, message: Message, links: Links, footer: Footer) -> AccountNewsMail:
    """Something about the way into an account changed."""
    is_staff = "staff_id" in message.about
    return AccountNewsMail(
        footer=footer,
        news=AccountNews(message.about["news"]),
        happened_at=message.created_at,
        account_url=links.staff_account_url() if is_staff else links.partner_account_url(),
        is_staff=is_staff,
    )
