"""Mail to the owner of an account about what changed on its way in."""

from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.domain.message import MessageClass, Template
from webapp.domain.staff_session import AccountNews
from webapp.services import message


def tell_staff(session: Session, clock: Clock, staff_id: UUID, news: AccountNews) -> None:
    """Queue the mail to a member of staff."""
    message.queue(
        session,
        key=f"account_news:{new_id()}",
        message_class=MessageClass.STAFF,
        template=Template.ACCOUNT_NEWS,
        at=clock.now(),
        about={"staff_id": str(staff_id), "news": news},
    )


def tell_member(session: Session, clock: Clock, partner_id: UUID, account_id: UUID, news: AccountNews) -> None:
    """Queue the mail to somebody of a partner's team."""
    message.queue(
        session,
        key=f"account_news:{new_id()}",
        message_class=MessageClass.PARTNER,
        template=Template.ACCOUNT_NEWS,
        at=clock.now(),
        partner_id=partner_id,
        about={"account_id": str(account_id), "news": news},
    )
