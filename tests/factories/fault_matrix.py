"""The fault matrix: leads for a hostile partner, workers that try until nothing moves, and what the paper promises."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.hostile_partner import Fault, HostilePartner
from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.gateways.sealing import Seal
from webapp.models import Delivery, Lead
from webapp.services import delivery, lead
from webapp.services.handover import Outside
from webapp.services.transaction import Begin

PAPER = Path(__file__).resolve().parents[2] / "docs" / "deliveries.md"
_ROW = re.compile(r"^\| `([a-z0-9_]+)` \|.*\|$", re.M)
_CODE = re.compile(r"`([a-z_]+)`")


@dataclass(frozen=True)
class Promise:
    """One row of the table: after one try, and in the end where the fault never stops."""

    attempt: AttemptOutcome
    lead: LeadStatus
    delivery: DeliveryStatus
    in_the_end: LeadStatus


def promises() -> dict[Fault, Promise]:
    """The table "When the partner's system is broken or hostile" of docs/deliveries.md."""
    section = PAPER.read_text().partition("## When the partner's system is broken or hostile")[2].partition("\n## ")[0]
    table = {}
    for row in _ROW.finditer(section):
        cells = [_CODE.findall(cell) for cell in row[0].strip("|").split("|")]
        attempt, status, delivery_status, end = (cell[0] for cell in cells[-4:])
        table[Fault(row[1])] = Promise(
            AttemptOutcome(attempt), LeadStatus(status), DeliveryStatus(delivery_status), LeadStatus(end)
        )
    return table


def open_leads(
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    seal: Seal,
    partner: HostilePartner,
    kinds: Iterable[tuple[Fault, int | None]],
    students: int = 1,
) -> dict[UUID, tuple[Fault, int | None]]:
    """A school for each kind of trouble, asked by each student; what each partner's leads will meet."""
    met: dict[UUID, tuple[Fault, int | None]] = {}
    schools: list[School] = []
    with begin() as session:
        for fault, spoiled in kinds:
            url = partner.url(fault, spoiled)
            school = make_school(session, seal, name=f"{fault.replace('_', '-')}-{spoiled}", url=url)
            partner.secrets[f"/{url.split('/', 3)[3]}"] = school.secret
            schools.append(school)
            met[school.partner_id] = (fault, spoiled)
    for number in range(students):
        with begin() as session:
            submit_request(session, clock, links, schools, email=f"s{number}@student.example")
    clock.advance(timedelta(minutes=10))
    with begin() as session:
        for lead_id in session.scalars(select(Lead.id).order_by(Lead.id)).all():
            lead.release(session, clock, lead_id)
    return met


def try_all_due(begin: Begin, clock: FrozenClock, outside: Outside, workers: int) -> int:
    """One attempt at everything that is due; how many there were."""
    with begin() as session:
        due = session.scalars(
            select(Delivery.id).where(Delivery.status == DeliveryStatus.PENDING, Delivery.due_at <= clock.now())
        ).all()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda delivery_id: delivery.attempt(begin, clock, outside, delivery_id), due))
    return len(due)


def try_until_still(
    begin: Begin, clock: FrozenClock, outside: Outside, workers: int, *, late: timedelta = timedelta()
) -> None:
    """Let time pass from one due moment to the next until nothing is due any more.

    Workers that come so `late` find more than one thing due, and share it: else a thousand leads, whose retries are
    spread, are tried one by one.
    """
    while True:
        if try_all_due(begin, clock, outside, workers):
            continue
        with begin() as session:
            following = session.execute(
                select(func.min(Delivery.due_at)).where(Delivery.status == DeliveryStatus.PENDING)
            ).scalar()
        if following is None:
            return
        clock.at = max(_aware(following) + late, clock.at)


def lead_states(session: Session) -> dict[UUID, tuple[UUID, LeadStatus, str | None, DeliveryStatus, str]]:
    """By delivery: its partner, the lead's status and reason, its own status, its webhook-id."""
    rows = session.execute(
        select(Delivery.id, Lead.partner_id, Lead.status, Lead.reason, Delivery.status, Delivery.webhook_id).join(
            Lead, Lead.id == Delivery.lead_id
        )
    )
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}


def _aware(moment: datetime) -> datetime:
    assert moment.tzinfo is not None
    return moment
