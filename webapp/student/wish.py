"""The job a guide sent the student here for: offered in the form, and an answer only once they send it.

Kept in the student's own signed cookie until then. Nothing is written on the server.
"""

from flask import session

from webapp.domain.occupation import find_occupation
from webapp.student.answers import Answers, Step

_KEPT = "wish"
STEP = "goal"
_FIELD = "occupation"


def remember_wish(soc: str | None) -> bool:
    """Keep the job of a link, if it is one we know; whether it is."""
    if find_occupation(soc) is None:
        return False
    session[_KEPT] = soc
    return True


def wished_job(step: Step) -> str | None:
    """The SOC code to offer in this step, or None."""
    kept = session.get(_KEPT)
    return kept if step.slug == STEP and isinstance(kept, str) and find_occupation(kept) is not None else None


def forget_wish() -> None:
    """Once the goal was sent, what was chosen there is the answer; once the form is forgotten, so is this."""
    session.pop(_KEPT, None)


def offered(answers: Answers, step: Step) -> dict[str, str | list[str]]:
    """What the form of a step is filled in with: the saved answers, and over them the job wished for."""
    saved = dict(answers.get(step.slug, {}))
    soc = wished_job(step)
    return saved if soc is None else {**saved, _FIELD: soc}
