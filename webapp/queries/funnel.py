"""What schools said of their leads: one lead's steps, what of it the student doubts, and what is behind a link."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.domain.funnel import CorrectionReason, FunnelSource, FunnelStatus
from webapp.domain.ids import token_hash
from webapp.models import ContactAnswer, FunnelEvent, FunnelStanding, Lead, Partner, Program, StatusLink

_MOST = 200


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One thing that was said. A correction without a status undid everything before it."""

    at: datetime
    status: FunnelStatus | None
    on: date | None
    source: FunnelSource
    actor: str
    correction: CorrectionReason | None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one lead is, as its school says, and what its student answered."""

    status: FunnelStatus | None
    on: date | None
    contacted_on: date | None
    says_contacted: bool | None
    answered_at: datetime | None

    @property
    def conflict(self) -> bool:
        """Whether school and student say different things about contact."""
        return (self.status is not None and self.says_contacted is False) or (
            self.status is None and self.says_contacted is True
        )


@dataclass(frozen=True, slots=True)
class AskedStatus:
    """What the page behind a status link shows. `expired` and `used_at` say that it takes no more answers."""

    lead_id: UUID
    legal_name: str
    program_id: str
    program_name: str
    time_zone: str
    delivered_at: datetime
    status: FunnelStatus | None
    on: date | None
    expires_at: datetime
    used_at: datetime | None


def funnel_of(session: Session, lead_id: UUID) -> tuple[FunnelRow, ...]:
    """Everything that was said of a lead, oldest first, corrections and what they undid included."""
    rows = session.scalars(select(FunnelEvent).where(FunnelEvent.lead_id == lead_id).order_by(FunnelEvent.id))
    return tuple(FunnelRow(row.at, row.status, row.happened_on, row.source, row.actor, row.correction) for row in rows)


def steps_held(session: Session, lead_id: UUID) -> dict[FunnelStatus, date]:
    """The status that a lead has reached, each with its day, in order; empty where nothing was said."""
    held = session.get(FunnelStanding, lead_id)
    days = ((status, getattr(held, f"{status}_on", None)) for status in FunnelStatus)
    return {status: on for status, on in days if on is not None}


def reached_by(session: Session, lead_ids: Iterable[UUID]) -> dict[UUID, Reached]:
    """How far each lead is. One of which neither school nor student said anything is left out."""
    rows = session.execute(
        select(Lead.id, FunnelStanding, ContactAnswer)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(ContactAnswer, ContactAnswer.lead_id == Lead.id)
        .where(Lead.id.in_(list(lead_ids)))
        .where(or_(FunnelStanding.lead_id.is_not(None), ContactAnswer.lead_id.is_not(None)))
    )
    return {
        lead_id: Reached(
            status=held.status if held else None,
            on=_on(held),
            contacted_on=held.contacted_on if held else None,
            says_contacted=said.contacted if said else None,
            answered_at=said.answered_at if said else None,
        )
        for lead_id, held, said in rows
    }


def find_asked_status(session: Session, token: str) -> AskedStatus | None:
    """What a status link is about; None for a wrong link. Whether it still takes an answer, the caller looks."""
    row = session.execute(
        select(StatusLink, Lead, Partner.legal_name, Partner.time_zone, Program.name, FunnelStanding)
        .join(Lead, Lead.id == StatusLink.lead_id)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .where(StatusLink.token_hash == token_hash(token), Lead.delivered_at.is_not(None))
    ).first()
    if row is None:
        return None
    link, lead, held = row.StatusLink, row.Lead, row.FunnelStanding
    return AskedStatus(
        lead_id=lead.id,
        legal_name=row.legal_name,
        program_id=lead.program_id,
        program_name=row.name or lead.program_id,
        time_zone=row.time_zone,
        delivered_at=lead.delivered_at,
        status=held.status if held else None,
        on=_on(held),
        expires_at=link.expires_at,
        used_at=link.used_at,
    )


def _on(held: FunnelStanding | None) -> date | None:
    """The day of the furthest status."""
    return getattr(held, f"{held.status}_on") if held is not None and held.status is not None else None
