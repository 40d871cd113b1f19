"""Many leads at once, made from one request by copying its rows in the database: cheap enough for a thousand."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from tests.factories.request import submit_request
from tests.factories.school import School
from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.models import Delivery, Lead, Match, Prospect, Submission


def many_leads(
    session: Session, clock: Clock, links: Links, school: School, count: int, *, test: bool = False
) -> list[UUID]:
    """`count` leads of `school`, each with its own student, submission, match and delivery, being handed over now."""
    stored = submit_request(session, clock, links, [school], wants_mail=False)
    first = session.execute(select(Lead).where(Lead.submission_id == stored.submission_id)).scalar_one()
    first.status, first.test, first.due_at = LeadStatus.DELIVERING, test, None
    session.flush()
    made = [first.id]
    copies = {
        Prospect: _Copy(first.prospect_id, Prospect, count - 1),
        Submission: _Copy(first.submission_id, Submission, count - 1),
        Match: _Copy(first.match_id, Match, count - 1),
        Lead: _Copy(first.id, Lead, count - 1),
    }
    for number in range(count - 1):
        key = new_id().bytes
        prospect, request, match, lead = (copies[model].ids[number] for model in (Prospect, Submission, Match, Lead))
        copies[Prospect].rows.append({"id": prospect, "email_key": key, "data_hash": key, "confirm_hash": key})
        copies[Submission].rows.append({"id": request, "nonce": key.hex(), "prospect_id": prospect})
        copies[Match].rows.append({"id": match, "submission_id": request})
        copies[Lead].rows.append({"id": lead, "submission_id": request, "match_id": match, "prospect_id": prospect})
        made.append(lead)
    for copy in copies.values():
        copy.write(session)
    _deliveries(session, made)
    return made


class _Copy:
    """Rows that are like one row but for what `rows` says."""

    def __init__(self, source: UUID, model: type, count: int) -> None:
        self.source, self.table = source, model.__table__  # type: ignore[attr-defined]  # every model has one
        self.ids = [new_id() for _ in range(count)]
        self.rows: list[dict[str, object]] = []

    def write(self, session: Session) -> None:
        if not self.rows:
            return
        table: Table = self.table
        values = dict(session.execute(select(table).where(table.c.id == self.source)).mappings().one())
        session.execute(insert(table), [{**values, **row} for row in self.rows])


def _deliveries(session: Session, lead_ids: Sequence[UUID]) -> None:
    table: Table = Delivery.__table__  # type: ignore[assignment]  # a mapped class has a table
    source = session.execute(select(table).where(table.c.lead_id == lead_ids[0])).mappings().one()
    rows = [{**source, "id": new_id(), "lead_id": each, "webhook_id": f"msg_{each.hex}"} for each in lead_ids[1:]]
    if rows:
        session.execute(insert(table), rows)


def accepted(session: Session, lead_id: UUID, at: datetime) -> Lead:
    """The lead, locked and moved as `services.delivery` does when its partner accepts it, but for the billing."""
    lead = session.get_one(Lead, lead_id, with_for_update=True, populate_existing=True)
    lead.status, lead.delivered_at = LeadStatus.DELIVERED, lead.delivered_at or at
    session.flush()
    return lead
