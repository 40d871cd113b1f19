"""Many workers at one cap: real processes, each handing over leads that are accepted, refused, lost or returned.

Run: python -m tests.factories.cap_race DATABASE_URL PROCESSES LEADS CAP
Prints how many were delivered, how many of those were returned, and what the counter says, as JSON.
"""

import json
import os
import random
import sys
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import create_engine, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories.many_leads import many_leads
from tests.factories.school import make_school
from webapp.domain.cap import CapMeasure, CapPeriod, CapTerms
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import DeliveryStatus, retry_policy
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.links import Links
from webapp.gateways.errors import Permanent
from webapp.gateways.sealing import Seal
from webapp.gateways.webhook import WebhookAnswer, WebhookRequest
from webapp.models import CapCounter, Consent, Delivery, Lead, LeadReturn, PartnerEndpoint
from webapp.services import cap_terms, delivery, lead, lead_return
from webapp.services.handover import Outside
from webapp.services.lead_return import Wish

SECRET = "a secret for the race, long enough"
NOON = datetime(2026, 11, 25, 17, tzinfo=UTC)
ROUNDS = 50


class Moody:
    """A partner that accepts, refuses or is gone, as its dice fall."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def post(self, request: WebhookRequest) -> WebhookAnswer:
        thrown = self.dice.random()
        if thrown < 0.1:
            raise Permanent("address_refused")
        return WebhookAnswer(status=200 if thrown < 0.75 else 422, headers={}, excerpt="", duration_ms=1)


def prepare(url: str, leads: int, limit: int) -> tuple[UUID, list[UUID]]:
    """One live partner with a cap by day, and so many leads whose undo window is over."""
    engine, clock, links = create_engine(url), FrozenClock(NOON), Links("https://match.example", SECRET)
    with Session(engine) as session, session.begin():
        school = make_school(session, Seal(SECRET), daily_cap=limit)
        ids = many_leads(session, clock, links, school, leads)
        _agree(session, ids)
        session.execute(update(PartnerEndpoint).values(at_once=10_000))  # here the cap is what keeps workers waiting
        waiting = {"status": LeadStatus.UNDO_WINDOW, "due_at": NOON}
        session.execute(update(Lead).where(Lead.partner_id == school.partner_id).values(**waiting))
        session.execute(update(Delivery).where(Delivery.lead_id.in_(ids)).values(status=DeliveryStatus.WAITING))
    engine.dispose()
    return school.partner_id, ids


def _agree(session: Session, ids: list[UUID]) -> None:
    """Each lead with a consent in the words of the first: as much as is posted."""
    first = session.execute(select(Consent).where(Consent.lead_id == ids[0])).scalar_one()
    told = {column.key: getattr(first, column.key) for column in Consent.__table__.columns if column.key != "id"}
    owners = session.execute(select(Lead.id, Lead.prospect_id).where(Lead.id.in_(ids[1:]))).all()
    session.execute(
        insert(Consent),
        [{**told, "id": new_id(), "lead_id": lead_id, "prospect_id": owner} for lead_id, owner in owners],
    )


def race(url: str, partner_id: UUID, ids: list[UUID], processes: int) -> None:
    """Fork workers that share out `ids`, and wait for them."""
    children = []
    for number in range(processes):
        child = os.fork()
        if child == 0:
            try:
                work(url, partner_id, ids[number::processes], random.Random(number))
            except BaseException:  # noqa: BLE001  # a forked worker must end here, whatever happened
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        children.append(child)
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    assert not failed, f"{len(failed)} workers failed"


def work(url: str, partner_id: UUID, ids: list[UUID], dice: random.Random) -> None:
    """What one worker does with its share: route, hand over, and sometimes give back."""
    engine, clock = create_engine(url, pool_size=1, max_overflow=0), FrozenClock(NOON)
    outside = Outside(
        Moody(dice), Seal(SECRET), Links("https://match.example", SECRET), retry_policy(60, ()), dice.random
    )

    begin = sessionmaker(engine, expire_on_commit=False).begin
    for lead_id in ids:
        with begin() as session:
            lead.release(session, clock, lead_id)
            delivery_id = session.execute(select(Delivery.id).where(Delivery.lead_id == lead_id)).scalar_one()
        delivery.attempt(begin, clock, outside, delivery_id)
        if dice.random() < 0.3:
            with begin() as session:
                give_back(session, clock, partner_id, lead_id)
    engine.dispose()


def give_back(session: Session, clock: FrozenClock, partner_id: UUID, lead_id: UUID) -> None:
    """Return a lead that was delivered, and approve it."""
    if session.execute(select(Lead.status).where(Lead.id == lead_id)).scalar_one() is LeadStatus.DELIVERED:
        wish = Wish(ReturnReason.BAD_CONTACT)
        made = lead_return.request(session, clock, lead_id, partner_id=partner_id, wish=wish, actor="race")
        lead_return.approve(session, clock, made, actor="race")


def waiting_again(url: str, partner_id: UUID, limit: int) -> list[UUID]:
    """The leads that found the cap full; those of one cap that is set anew are due at once."""
    engine, clock = create_engine(url), FrozenClock(NOON)
    with Session(engine) as session, session.begin():
        cap_terms.set_cap(session, clock, partner_id, CapTerms(CapPeriod.DAY, CapMeasure.COUNT, limit))
        held = select(Lead.id).where(Lead.partner_id == partner_id, Lead.status == LeadStatus.HELD_CAP)
        found = list(session.scalars(held.order_by(Lead.id)))
    engine.dispose()
    return found


def outcome(url: str, partner_id: UUID) -> dict[str, int]:
    """What came of it."""
    engine = create_engine(url)
    with Session(engine) as session:
        leads = dict(
            session.execute(
                select(Lead.status, func.count()).where(Lead.partner_id == partner_id).group_by(Lead.status)
            ).all()
        )
        returned = session.execute(
            select(func.count()).select_from(LeadReturn).where(LeadReturn.status == ReturnStatus.APPROVED)
        ).scalar_one()
        counter = session.execute(select(CapCounter.used)).scalar_one()
    engine.dispose()
    return {**{str(status): count for status, count in leads.items()}, "returned": returned, "counter": counter}


def main() -> None:
    url, processes, leads, limit = sys.argv[1], *map(int, sys.argv[2:5])
    partner_id, due = prepare(url, leads, limit)
    rounds = 0
    while due and rounds < ROUNDS:
        race(url, partner_id, due, processes)
        rounds += 1
        told = outcome(url, partner_id)
        if told["delivered"] - told["returned"] >= limit:
            break
        due = waiting_again(url, partner_id, limit)
    sys.stdout.write(json.dumps({**outcome(url, partner_id), "rounds": rounds}) + "\n")


if __name__ == "__main__":
    main()
