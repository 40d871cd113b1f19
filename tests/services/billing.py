"""What a lead costs and when its cycle is closed, in short words for tests.

A test module takes the fixture in by name and lists it in ``__all__``.
"""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from tests.factories.many_leads import accepted
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.lead_return import ReturnReason
from webapp.domain.terms import Fee, FeeKind
from webapp.gateways.sealing import Seal
from webapp.queries.invoice import due_cycles
from webapp.services import billing_cycle, charge, invoice
from webapp.services.lead_return import Wish
from webapp.services.terms import Agreed

BAD = Wish(ReturnReason.BAD_CONTACT)


@pytest.fixture(name="school")
def billed_school(session: Session, seal: Seal) -> School:
    """A school whose caps are wide and whose price is known."""
    return make_school(session, seal, daily_cap=50, monthly_cap=500, price_cents=4500)


def bill(session: Session, lead_id: UUID, at: datetime) -> bool:
    return charge.accrue(session, accepted(session, lead_id, at), at=at)


def close_all(session: Session, clock: FrozenClock) -> int:
    billing_cycle.prepare(session, clock.now())
    return sum(len(invoice.close(session, clock, each)) for each in due_cycles(session, clock.now()))


def per_lead(cents: int, **more: object) -> Agreed:
    return Agreed((Fee(FeeKind.PER_LEAD, cents),), **more)  # type: ignore[arg-type]  # the tests' own shorthand
