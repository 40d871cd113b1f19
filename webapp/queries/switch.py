"""What is switched off."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.domain.switch import Switch
from webapp.models import SwitchedOff


@dataclass(frozen=True, slots=True)
class Off:
    """One thing that is off."""

    switch: Switch
    words: str
    at: datetime
    actor: str


def is_off(session: Session, switch: Switch) -> bool:
    """Whether staff have stopped it."""
    return bool(session.execute(select(exists().where(SwitchedOff.switch == switch))).scalar())


def list_off(session: Session) -> tuple[Off, ...]:
    """All that is off, in the order of `Switch`."""
    rows = {row.switch: row for row in session.scalars(select(SwitchedOff))}
    return tuple(Off(each, rows[each].words, rows[each].at, rows[each].actor) for each in Switch if each in rows)
