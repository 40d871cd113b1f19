"""What mails to staff say, read from the rows they are about."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.links import Links
from webapp.domain.staff_alert import AlertKind
from webapp.emails.footer import Footer
from webapp.emails.staff_alert import StaffAlert
from webapp.models import Message, StaffAccount


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
