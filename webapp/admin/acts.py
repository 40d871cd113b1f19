"""An act of staff that a button asks for: carried out, or refused; the next page says which, and why."""

from collections.abc import Callable

from flask import flash
from sqlalchemy.orm import Session

from webapp.context import runtime
from webapp.domain.errors import Refused
from webapp.ui.refusals import tell


def carried_out(act: Callable[[Session], object], done: str) -> bool:
    """Do `act` in one transaction; whether it was done. `done` is told then, else what was refused."""
    try:
        with runtime().begin() as session:
            act(session)
    except Refused as refusal:
        tell(refusal)
        return False
    flash(done, "good")
    return True
