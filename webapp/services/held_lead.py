"""Held leads: having those looked at again at once whose obstacle may be gone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from webapp.domain.events import EventKind
from webapp.models import Lead
from webapp.services import outbox


def look_again(session: Session, partner_id: UUID, *which: ColumnElement[bool], at: datetime) -> int:
    """Leads of the partner of which all of `which` holds are due `at`; how many.

    One that somebody has locked is left out: either it is being looked at and will see what changed, or it moves away.
    """
    held = select(Lead.id).where(Lead.partner_id == partner_id, *which).with_for_update(skip_locked=True)
    ids = session.scalars(held).all()
    session.execute(update(Lead).where(Lead.id.in_(ids)).values(due_at=at).execution_options(synchronize_session=False))
    outbox.add(session, EventKind.LEAD_DUE, ids, due_at=at)
    return len(ids)
