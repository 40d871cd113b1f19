"""Our reputation as a sender: measured every minute; staff are told early, and mail that can wait stops in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.mail_reputation import WINDOW, Reputation, Standing
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.staff_alert import AlertKind
from webapp.models import MailReputation, Message
from webapp.observability.log import get_logger
from webapp.observability.metrics import MAIL_COMPLAINT_RATE, MAIL_STOPPED
from webapp.services import staff_alert

log = get_logger(__name__)

OVERRULED_FOR = timedelta(days=1)
STOPPABLE: Sequence[MessageClass] = tuple(each for each in MessageClass if each.can_be_stopped)


def measure(session: Session, clock: Clock) -> Reputation:
    """Count the complaints of the last week, stop or go on accordingly, and tell staff what changed, once."""
    now = clock.now()
    found = _counted(session, now)
    row = _row(session, now)
    before = Standing.STOPPED if row.stopped_at else Standing.ALARMING if row.alarmed_at else Standing.GOOD
    standing = found.standing
    row.handed_over, row.complained, row.measured_at = found.handed_over, found.complained, now
    row.alarmed_at = None if standing is Standing.GOOD else row.alarmed_at or now
    row.stopped_at = (row.stopped_at or now) if standing is Standing.STOPPED else None
    MAIL_COMPLAINT_RATE.set(found.rate)
    MAIL_STOPPED.set(int(standing is Standing.STOPPED))
    if standing is not before:
        log.warning("mail reputation changed", standing=standing, rate=round(found.rate, 5), mails=found.handed_over)
        if standing is not Standing.GOOD and not (before is Standing.STOPPED and standing is Standing.ALARMING):
            _tell_staff(session, standing, found, now)
    return found


def overrule(session: Session, clock: Clock) -> datetime:
    """Staff let held mail go for a day, whatever the rate; until when."""
    row = _row(session, clock.now())
    row.overruled_until = clock.now() + OVERRULED_FOR
    return row.overruled_until


def _counted(session: Session, now: datetime) -> Reputation:
    handed_over, complained = session.execute(
        select(func.count(), func.count().filter(Message.status == MessageStatus.COMPLAINED))
        .select_from(Message)
        .where(Message.handed_over_at > now - WINDOW, Message.message_class.in_(STOPPABLE))
    ).one()
    return Reputation(handed_over, complained)


def _row(session: Session, now: datetime) -> MailReputation:
    """The one row, locked."""
    session.execute(
        insert(MailReputation).values(id=1, handed_over=0, complained=0, measured_at=now).on_conflict_do_nothing()
    )
    return session.execute(
        select(MailReputation).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def _tell_staff(session: Session, standing: Standing, found: Reputation, now: datetime) -> Sequence[UUID]:
    return staff_alert.tell(
        session,
        AlertKind.MAIL_STOPPED if standing is Standing.STOPPED else AlertKind.MAIL_COMPLAINTS,
        {"mails": found.handed_over, "complaints": found.complained},
        at=now,
    )
