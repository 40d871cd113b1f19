"""Files of leads: closed at their time, made anew each time they are fetched."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.school import School
from tests.services.methods import FILE, Add, Work, mails
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.models import DeliveryBatch, Lead
from webapp.queries.batch import get_batch_file, list_batches
from webapp.services import batch, erasure, lead
from webapp.services.transaction import Begin


def test_a_file_holds_the_leads_of_its_time_and_forgets_who_is_erased(
    session: Session, add: Add, ask: Any, work: Work, begin: Begin, clock: FrozenClock, links: Links, school: School
) -> None:
    add(FILE)
    ask(3)
    work()
    made = session.scalars(select(DeliveryBatch)).one()
    assert made.due_at.isoformat() == "2026-11-23T11:00:00+00:00"  # 06:00 in New York
    taken_back, *others = session.scalars(select(Lead).order_by(Lead.id)).all()
    lead.withdraw(session, clock, taken_back.id, prospect_id=taken_back.prospect_id, page="/my-data")
    batch.close(begin, clock, links, made.id)
    assert {each.status for each in others} == {LeadStatus.QUEUED}  # not before its time
    clock.at = made.due_at
    for _ in range(2):
        batch.close(begin, clock, links, made.id)
    session.expire_all()
    assert [each.status for each in others] == [LeadStatus.DELIVERED] * 2
    assert [each.leads for each in list_batches(session, school.partner_id).items] == [2]
    assert len(mails(session, Template.PARTNER_BATCH)) == 1
    erasure.erase(session, clock, others[0].prospect_id, page="/my-data")
    session.expire_all()
    file = get_batch_file(session, made.id, partner_id=school.partner_id)
    header, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    assert header == ["FullName", "Email", "State", "Source"]
    assert len(rows) == file.leads == 1
    assert rows[0][0] == "Ana Silva"
    with pytest.raises(NotFound):
        get_batch_file(session, made.id, partner_id=taken_back.id)
