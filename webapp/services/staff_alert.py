"""Alerts to staff: one mail to each owner, at most once a day for each kind."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.message import MessageClass, Template
from webapp.domain.staff_alert import AlertKind
from webapp.models import StaffAccount, StaffRole
from webapp.services import message

TOLD = "owner"
"""The role whose people are told."""


def tell(session: Session, kind: AlertKind, figures: Mapping[str, int], *, at: datetime) -> Sequence[UUID]:
    """Queue the alert to everybody who is to know; the mails' ids."""
    owners = session.scalars(
        select(StaffAccount.id)
        .join(StaffAccount.roles)
        .where(StaffRole.name == TOLD, StaffAccount.active)
        .order_by(StaffAccount.id)
    ).all()
    queued = [
        message.queue(
            session,
            key=f"alert:{kind}:{at:%Y-%m-%d}:{staff_id}",
            message_class=MessageClass.STAFF,
            template=Template.STAFF_ALERT,
            at=at,
            about={"kind": kind, "staff_id": str(staff_id), **figures},
        )
        for staff_id in owners
    ]
    return [message_id for message_id in queued if message_id is not None]
