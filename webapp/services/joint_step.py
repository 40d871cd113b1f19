"""A joint step: one step of the funnel said of several leads at once, shown before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.funnel import FunnelSource, FunnelStatus, check_step, furthest, standing
from webapp.models import Lead, Partner
from webapp.services import funnel
from webapp.services.funnel import Said

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a joint step does, or did, to one lead: `is_new`, nothing new, or refused, and then `problem` says why.

    `held` is how far the lead was before, on the day `held_on`.
    """

    lead_id: UUID
    program_id: str
    held: FunnelStatus | None
    held_on: date | None
    is_new: bool
    problem: str = ""


def look_ahead(
    session: Session, clock: Clock, partner_id: UUID, lead_ids: Sequence[UUID], said: Said
) -> tuple[Outcome, ...]:
    """What would happen, each lead by itself; nothing is written. Leads that are not the partner's are left out.

    Refused for more than `MOST` leads.
    """
    return tuple(_judged(session, clock, partner_id, _theirs(session, partner_id, lead_ids), said))


def take(
    session: Session, clock: Clock, partner_id: UUID, lead_ids: Sequence[UUID], said: Said, *, actor: str
) -> tuple[Outcome, ...]:
    """Say it of each lead of which it can be said; what came of each. Twice is the same as once."""
    # Locked in one order everywhere, so that two of these cannot wait for each other.
    judged = _judged(session, clock, partner_id, _theirs(session, partner_id, lead_ids, lock=True), said)
    for each in judged:
        if each.is_new:
            funnel.record(
                session,
                clock,
                each.lead_id,
                said,
                source=FunnelSource.PORTAL,
                actor=actor,
                partner_id=partner_id,
            )
    return tuple(judged)


def _theirs(session: Session, partner_id: UUID, lead_ids: Sequence[UUID], *, lock: bool = False) -> Sequence[Lead]:
    if len(lead_ids) > MOST:
        raise Refused(Problem("lead", f"At most {MOST} leads are taken at once.", "Do it in parts."))
    wanted = select(Lead).where(Lead.partner_id == partner_id, Lead.id.in_(lead_ids), Lead.delivered_at.is_not(None))
    if lock:
        wanted = wanted.with_for_update(key_share=True)
    return session.scalars(wanted.order_by(Lead.id).execution_options(populate_existing=True)).all()


def _judged(session: Session, clock: Clock, partner_id: UUID, leads: Sequence[Lead], said: Said) -> list[Outcome]:
    zone = ZoneInfo(session.get_one(Partner, partner_id).time_zone)
    steps = funnel.steps_of(session, [lead.id for lead in leads])
    found = []
    for lead in leads:
        held = standing(steps.get(lead.id, ()))
        is_new, problem = False, ""
        try:
            if held.get(said.status) != said.on:
                funnel.check_day(lead.delivered_at, said.on, zone, clock.now())
                is_new = check_step(held, said.status, said.on)
        except Refused as refusal:
            problem = " ".join(f"{each.what} {each.remedy}".strip() for each in refusal.problems)
        latest = furthest(held)
        on = held[latest] if latest is not None else None
        found.append(Outcome(lead.id, lead.program_id, latest, on, is_new, problem))
    return found
