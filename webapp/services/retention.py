"""How long things are kept: after five years without a new permission, what is left of a student goes."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.consent import KEPT_YEARS
from webapp.models import Consent, ConsentAnchor, Prospect
from webapp.services import erasure

_KEPT: Final = timedelta(days=365 * KEPT_YEARS + 3)
"""Never shorter than the calendar's years, which is what the table's own guard counts."""
BATCH: Final = 200


def purge(session: Session, clock: Clock, *, limit: int = BATCH) -> int:
    """Delete consent records whose student gave or took back nothing for five years; the number of students.

    Students who never asked to be erased are erased then as well: nothing about them is needed any more.
    """
    old = session.scalars(
        select(Prospect)
        .join(ConsentAnchor, ConsentAnchor.prospect_id == Prospect.id)
        .where(ConsentAnchor.last_at < clock.now() - _KEPT)
        .limit(limit)
        .with_for_update(of=Prospect, key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    if not old:
        return 0
    for prospect in old:
        if prospect.erased_at is None:
            erasure.forget(session, clock, prospect)
        prospect.consents_purged_at = clock.now()
    ids = [prospect.id for prospect in old]
    # The table lets records go only to a purge that says so, and only when they are old enough.
    session.execute(text("SET LOCAL program_match.purge = 'on'"))
    for model in (Consent, ConsentAnchor):
        session.execute(delete(model).where(model.prospect_id.in_(ids)).execution_options(synchronize_session=False))
    session.execute(text("SET LOCAL program_match.purge = 'off'"))
    return len(ids)
