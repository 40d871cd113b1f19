"""How our mail is taken, by the day (UTC) on which it was handed over: sent, bounced, reported as unwanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from webapp.domain.mail_reputation import WINDOW, Reputation
from webapp.domain.message import MessageClass, MessageStatus
from webapp.models import Message
from webapp.queries.day_count import Keys, Topic, by_day, day_of, keys_of

_STOPPABLE: Final = frozenset(each for each in MessageClass if each.can_be_stopped)


@dataclass(frozen=True, slots=True)
class MailDay:
    """One day: mails handed over on it by where they stand now; and the week that ends with it, of mail that its
    reader can stop, which is what large providers judge by."""

    day: date
    mails: Mapping[MessageStatus, int]
    week: Reputation

    @property
    def sent(self) -> int:
        return sum(self.mails.values())


def _rows(window: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    day, keys = day_of(Message.handed_over_at), keys_of(Message.message_class, Message.status)
    return select(day, keys, func.count()).where(window).group_by(day, Message.message_class, Message.status)


MAIL: Final = Topic("mail", Message.handed_over_at, _rows)


def mail_health(session: Session, first: date, last: date, now: datetime) -> tuple[MailDay, ...]:
    """Each day from `first` to `last`, both included, the oldest first."""
    before = timedelta(days=WINDOW.days - 1)
    counted = by_day(session, MAIL, first - before, last, now)
    found = []
    for day in counted:
        if day >= first:
            week = [counted[day - timedelta(days=number)] for number in range(WINDOW.days)]
            found.append(MailDay(day, _by_status(counted[day]), _reputation(week)))
    return tuple(found)


def _by_status(counts: Mapping[Keys, int]) -> Mapping[MessageStatus, int]:
    found: dict[MessageStatus, int] = {}
    for (_, status), number in counts.items():
        found[MessageStatus(status)] = found.get(MessageStatus(status), 0) + number
    return found


def _reputation(week: list[Mapping[Keys, int]]) -> Reputation:
    stoppable = [
        (status, number)
        for counts in week
        for (message_class, status), number in counts.items()
        if message_class in _STOPPABLE
    ]
    complained = sum(number for status, number in stoppable if status == MessageStatus.COMPLAINED)
    return Reputation(sum(number for _, number in stoppable), complained)
