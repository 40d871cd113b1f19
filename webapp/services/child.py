"""A child filled in the form: nothing of it is kept (16 CFR 312.2 and 312.5: no consent of a parent, no collecting)."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.models import Draft, Lead, Match, Prospect, Submission
from webapp.services import draft, lead


def stop(session: Session, clock: Clock, draft_id: UUID, *, page: str) -> None:
    """Delete the draft with all that hangs on it. A draft that is gone already is no error.

    Where something was asked for from it before the age was known, every introduction is withdrawn (a school that has
    it is told), the person's details and answers are taken out of every row, and mails not yet sent are never sent.
    """
    asked = session.execute(select(Submission.id, Submission.prospect_id).where(Submission.draft_id == draft_id)).all()
    if not asked:
        draft.discard(session, draft_id)
        return
    draft.discard_links(session, draft_id)
    now = clock.now()
    submissions, prospects = [row.id for row in asked], [row.prospect_id for row in asked]
    leads = session.execute(select(Lead.id, Lead.prospect_id).where(Lead.submission_id.in_(submissions))).all()
    for each in leads:
        lead.withdraw(session, clock, each.id, prospect_id=each.prospect_id, page=page)
    session.flush()
    session.execute(
        update(Prospect)
        .where(Prospect.id.in_(prospects))
        .values(email=None, first_name=None, last_name=None, phone=None, updated_at=now, erased_at=now)
    )
    session.execute(update(Submission).where(Submission.id.in_(submissions)).values(profile={}, attribution={}))
    session.execute(
        update(Match)
        .where(Match.submission_id.in_(submissions))
        .values(contributions={}, reasons=[], caveats=[], gaps=[])
    )
    session.execute(
        update(Draft).where(Draft.id == draft_id).values(answers={}, attribution={}, updated_at=now, expires_at=now)
    )
