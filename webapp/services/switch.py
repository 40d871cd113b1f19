"""Switches: stopping something for the whole service, and letting it go on."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.switch import Switch
from webapp.models import SwitchedOff

LONGEST_WORDS = 300


def turn_off(session: Session, clock: Clock, switch: Switch, *, words: str, actor: str) -> None:
    """Stop it. What a worker has in its hands at this moment still leaves. Refused when it is off, or without a why."""
    if not 1 <= len(words.strip()) <= LONGEST_WORDS:
        raise Refused(Problem("words", f"Say why, in 1 to {LONGEST_WORDS} characters, for whoever looks next."))
    made = session.execute(
        insert(SwitchedOff)
        .values(switch=switch, words=words.strip(), at=clock.now(), actor=actor)
        .on_conflict_do_nothing()
        .returning(SwitchedOff.switch)
    ).first()
    if made is None:
        raise Refused(Problem("switch", "It is off already."))


def turn_on(session: Session, switch: Switch) -> None:
    """Let it go on. What waited is picked up by the next sweep. Refused when it is on."""
    gone = session.execute(
        delete(SwitchedOff).where(SwitchedOff.switch == switch).returning(SwitchedOff.switch)
    ).first()
    if gone is None:
        raise Refused(Problem("switch", "It is on already."))
