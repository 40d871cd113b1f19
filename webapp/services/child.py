"""A child filled in the form: nothing of it is kept (16 CFR 312.2 and 312.5: no consent of a parent, no collecting)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.models import Submission
from webapp.services import draft, erasure


def stop(session: Session, clock: Clock, draft_id: UUID, *, page: str) -> None:
    """Delete the draft with all that hangs on it. A draft that is gone already is no error.

    Where something was asked for from it before the age was known, every introduction is withdrawn (a school that has
    it is told), the person's details and answers are taken out of every row, and mails not yet sent are never sent.
    """
    asked = session.execute(select(Submission.prospect_id).where(Submission.draft_id == draft_id)).all()
    if not asked:
        draft.discard(session, draft_id)
        return
    for row in asked:
        erasure.erase(session, clock, row.prospect_id, page=page)
