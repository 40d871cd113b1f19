"""Changing what a partner asks of the leads it takes."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.screening import Screening, problems_of
from webapp.models import Partner, ScreeningPolicy
from webapp.queries.screening_policy import screening_of


def change(session: Session, clock: Clock, partner_id: UUID, asked: Screening, *, actor: str) -> Screening:
    """Put `asked` in force for leads that are looked at from now on; what stood before.

    NotFound without such a partner; Refused, with everything that is wrong, when something is. The caller writes both
    into the audit log.
    """
    if session.get(Partner, partner_id) is None:
        raise NotFound("There is no such partner.")
    problems = tuple(problems_of(asked))
    if problems:
        raise Refused(*problems)
    before = screening_of(session, partner_id)
    values = {**asdict(asked), "match_sets": list(asked.match_sets), "changed_by": actor, "updated_at": clock.now()}
    session.execute(
        insert(ScreeningPolicy)
        .values(partner_id=partner_id, **values)
        .on_conflict_do_update(index_elements=["partner_id"], set_=values)
    )
    row = session.get(ScreeningPolicy, partner_id)
    if row is not None:
        session.refresh(row)
    return before
