"""The funnel: writing down how far a school says it came with a lead, forward silently, back only by a correction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.funnel import (
    CorrectionReason,
    FunnelSource,
    FunnelStatus,
    FunnelStep,
    Standing,
    after,
    check_step,
    furthest,
    standing,
)
from webapp.models import ContactAnswer, FunnelEvent, FunnelStanding, Lead, Partner


@dataclass(frozen=True, slots=True)
class Said:
    """One status of one lead, and on which day of the partner's calendar it came to be."""

    status: FunnelStatus
    on: date


def record(
    session: Session,
    clock: Clock,
    lead_id: UUID,
    said: Said,
    *,
    source: FunnelSource,
    actor: str,
    partner_id: UUID | None = None,
) -> bool:
    """Write down what a school says; whether it was new. The same again, on the same day, is not.

    NotFound when there is no such lead, or it is not `partner_id`'s. Refused when it was not delivered, the day is
    before that or to come, or it would go back: that is `correct`.
    """
    lead, zone = _lead_of(session, lead_id, partner_id)
    held = standing(steps_of(session, [lead_id]).get(lead_id, ()))
    if held.get(said.status) == said.on:
        return False
    check_day(lead.delivered_at, said.on, zone, clock.now())
    if not check_step(held, said.status, said.on):
        return False
    step = FunnelStep(said.status, said.on)
    _write(session, lead_id, held, step, at=clock.now(), source=source, actor=actor, correction=None)
    return True


def correct(
    session: Session,
    clock: Clock,
    lead_id: UUID,
    said: Said | None,
    *,
    reason: CorrectionReason,
    source: FunnelSource,
    actor: str,
    partner_id: UUID | None = None,
) -> bool:
    """Undo what was said from `said.status` on and say `said` instead, or undo all (None); whether that was new.

    What was said before stays on record. Refused where nothing that was said is corrected by it: that is `record`.
    """
    lead, zone = _lead_of(session, lead_id, partner_id)
    held = standing(steps_of(session, [lead_id]).get(lead_id, ()))
    step = FunnelStep(said.status if said else None, said.on if said else None, correction=True)
    would_be = after(held, step)
    if would_be == held:
        return False
    latest = furthest(held)
    if latest is None or (said is not None and said.status.place > latest.place):
        raise Refused(Problem("status", "Nothing that was said is corrected by that.", "Say it as news."))
    if said is not None:
        check_day(lead.delivered_at, said.on, zone, clock.now())
        earlier = [on for status, on in would_be.items() if status is not said.status]
        if earlier and said.on < max(earlier):
            raise Refused(Problem("date", "What came before has a later date.", "Correct that one."))
    _write(session, lead_id, held, step, at=clock.now(), source=source, actor=actor, correction=reason)
    return True


def answer(session: Session, clock: Clock, *, prospect_id: UUID, lead_id: UUID, contacted: bool) -> None:
    """The student says whether the school was in touch. The newest answer stands; NotFound unless it is their lead."""
    lead = session.get(Lead, lead_id, with_for_update={"key_share": True}, populate_existing=True)
    if lead is None or lead.prospect_id != prospect_id or lead.delivered_at is None:
        raise NotFound("There is no such introduction.")
    values = {"contacted": contacted, "answered_at": clock.now()}
    session.execute(
        upsert(ContactAnswer)
        .values(lead_id=lead_id, **values)
        .on_conflict_do_update(index_elements=["lead_id"], set_=values)
    )


def check_day(delivered_at: datetime | None, on: date, zone: ZoneInfo, now: datetime) -> None:
    """Refuse a day on which nothing can have been said: before the lead came, or to come, where the partner is."""
    if delivered_at is None:
        raise Refused(Problem("lead", "It was not delivered, so nothing can be said of it."))
    came, today = delivered_at.astimezone(zone).date(), now.astimezone(zone).date()
    if on < came:
        raise Refused(Problem("date", f"The lead came on {came.isoformat()}.", "Name that day or a later one."))
    if on > today:
        raise Refused(Problem("date", f"Today is {today.isoformat()} there.", "Name today or a day before."))


def steps_of(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, list[FunnelStep]]:
    """Everything that was said of each lead, oldest first. A lead of which nothing was said is left out."""
    rows = session.execute(
        select(FunnelEvent.lead_id, FunnelEvent.status, FunnelEvent.happened_on, FunnelEvent.correction)
        .where(FunnelEvent.lead_id.in_(lead_ids))
        .order_by(FunnelEvent.id)
    )
    found: dict[UUID, list[FunnelStep]] = {}
    for row in rows:
        found.setdefault(row.lead_id, []).append(FunnelStep(row.status, row.happened_on, row.correction is not None))
    return found


def write_all(
    session: Session,
    news: Sequence[tuple[UUID, Said]],
    held: Mapping[UUID, Standing],
    *,
    at: datetime,
    source: FunnelSource,
    actor: str,
) -> None:
    """Write down news of many leads as `record` would, in two statements: for files.

    The caller has locked the leads and checked each step; `held` is what holds of each lead after all of them.
    """
    if not news:
        return
    told = {"source": source, "actor": actor, "correction": None, "at": at}
    steps = [{"lead_id": lead_id, "status": said.status, "happened_on": said.on, **told} for lead_id, said in news]
    session.execute(insert(FunnelEvent), steps)
    _stand(session, {lead_id: held[lead_id] for lead_id, _ in news}, at=at)


def _write(
    session: Session,
    lead_id: UUID,
    held: Standing,
    step: FunnelStep,
    *,
    at: datetime,
    source: FunnelSource,
    actor: str,
    correction: CorrectionReason | None,
) -> None:
    session.execute(
        insert(FunnelEvent).values(
            lead_id=lead_id,
            status=step.status,
            happened_on=step.on,
            source=source,
            actor=actor,
            correction=correction,
            at=at,
        )
    )
    _stand(session, {lead_id: after(held, step)}, at=at)


def _stand(session: Session, held: Mapping[UUID, Standing], *, at: datetime) -> None:
    """Keep what holds of each lead."""
    days = [f"{status}_on" for status in FunnelStatus]
    rows = [
        {
            "lead_id": lead_id,
            "status": furthest(now_held),
            **{day: now_held.get(status) for day, status in zip(days, FunnelStatus, strict=True)},
            "updated_at": at,
        }
        for lead_id, now_held in held.items()
    ]
    kept = upsert(FunnelStanding)
    changed = {name: kept.excluded[name] for name in ("status", *days, "updated_at")}
    session.execute(kept.on_conflict_do_update(index_elements=["lead_id"], set_=changed), rows)


def _lead_of(session: Session, lead_id: UUID, partner_id: UUID | None) -> tuple[Lead, ZoneInfo]:
    lead = session.get(Lead, lead_id, with_for_update={"key_share": True}, populate_existing=True)
    if lead is None or partner_id not in (None, lead.partner_id):
        raise NotFound("There is no such lead.")
    return lead, ZoneInfo(session.get_one(Partner, lead.partner_id).time_zone)
