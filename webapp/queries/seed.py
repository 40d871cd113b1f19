"""Seeds and what came of them. For staff alone: no partner may tell one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.domain.seed import ContactSource, ContactWay
from webapp.models import Lead, Partner, Program, Prospect, SeedContact, SeedLead
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(SeedLead.created_at, SeedLead.lead_id)


@dataclass(frozen=True, slots=True)
class SeedStory:
    """One seed and what came of it. `not_allowed` counts contacts by ways the student had not allowed, `too_many` those
    beyond the number they allowed."""

    lead_id: UUID
    partner_id: UUID
    program_id: str
    status: LeadStatus
    made_at: datetime
    delivered_at: datetime | None
    first_contact_at: datetime | None
    contacts: tuple[tuple[datetime, ContactWay], ...]
    not_allowed: int
    too_many: int

    @property
    def first_contact_after(self) -> timedelta | None:
        """From the hand-over to the first contact; None while there was none."""
        if self.delivered_at is None or self.first_contact_at is None:
            return None
        return max(timedelta(), self.first_contact_at - self.delivered_at)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact, who says so, and whether the student had allowed that way."""

    at: datetime
    way: ContactWay
    source: ContactSource
    recorded_by: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class SeedDetail:
    """All of one seed. The persona is nobody's data: it was made up."""

    story: SeedStory
    partner: str
    program: str
    name: str
    email: str
    phone: str
    allowed: tuple[str, ...]
    most: int | None
    made_by: str
    contacts: tuple[ContactRow, ...]


def list_seed_page(
    session: Session, *, partner_id: UUID | None = None, cursor: str | None = None
) -> tuple[Page[SeedStory], dict[UUID, str]]:
    """Seeds of every partner or of one, the newest first, and the names of their partners."""
    statement = select(SeedLead.lead_id).join(Lead, Lead.id == SeedLead.lead_id)
    if partner_id is not None:
        statement = statement.where(Lead.partner_id == partner_id)
    page = read_page(session, statement, _ORDER, lambda row: row[0], cursor=cursor)
    stories = {story.lead_id: story for story in _stories(session, _leads(session, list(page.items)))}
    found = tuple(stories[lead_id] for lead_id in page.items)
    ids = {story.partner_id for story in found}
    names = session.execute(select(Partner.id, Partner.display_name).where(Partner.id.in_(ids)))
    return Page(found, page.back, page.on), {row.id: row.display_name for row in names}


def get_seed(session: Session, lead_id: UUID) -> SeedDetail:
    """One seed. NotFound when the lead is none."""
    made = session.get(SeedLead, lead_id)
    if made is None:
        raise NotFound("There is no such seed.")
    lead = session.get_one(Lead, lead_id)
    prospect, partner = session.get_one(Prospect, lead.prospect_id), session.get_one(Partner, lead.partner_id)
    program = session.execute(select(Program.name).where(Program.program_id == lead.program_id)).scalar()
    (story,) = _stories(session, [lead])
    rows = session.scalars(
        select(SeedContact).where(SeedContact.lead_id == lead_id).order_by(SeedContact.at, SeedContact.id)
    )
    allowed = set(lead.channels)
    return SeedDetail(
        story=story,
        partner=partner.display_name,
        program=program or lead.program_id,
        name=" ".join(part for part in (prospect.first_name, prospect.last_name) if part),
        email=prospect.email or "",
        phone=prospect.phone or "",
        allowed=tuple(lead.channels),
        most=ContactPreferences.from_json(lead.contact_preferences).max_attempts,
        made_by=made.made_by,
        contacts=tuple(ContactRow(row.at, row.way, row.source, row.recorded_by, row.way in allowed) for row in rows),
    )


def seeds_by_partner(
    session: Session, partner_ids: Sequence[UUID], since: datetime | None, until: datetime | None
) -> dict[UUID, tuple[SeedStory, ...]]:
    """The seeds of some partners, the newest first; those delivered between two moments, where both are named."""
    statement = (
        select(Lead)
        .join(SeedLead, SeedLead.lead_id == Lead.id)
        .where(Lead.partner_id.in_(partner_ids))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
    )
    if since is not None and until is not None:
        statement = statement.where(Lead.delivered_at > since, Lead.delivered_at <= until)
    found: dict[UUID, list[SeedStory]] = {}
    for story in _stories(session, session.scalars(statement).all()):
        found.setdefault(story.partner_id, []).append(story)
    return {partner_id: tuple(stories) for partner_id, stories in found.items()}


def _leads(session: Session, ids: Sequence[UUID]) -> Sequence[Lead]:
    return session.scalars(select(Lead).where(Lead.id.in_(ids))).all()


def _stories(session: Session, leads: Sequence[Lead]) -> list[SeedStory]:
    contacts: dict[UUID, list[tuple[datetime, ContactWay]]] = {}
    for lead_id, at, way in session.execute(
        select(SeedContact.lead_id, SeedContact.at, SeedContact.way)
        .where(SeedContact.lead_id.in_([lead.id for lead in leads]))
        .order_by(SeedContact.at, SeedContact.id)
    ):
        contacts.setdefault(lead_id, []).append((at, way))
    return [_story(lead, contacts.get(lead.id, [])) for lead in leads]


def _story(lead: Lead, contacts: Sequence[tuple[datetime, Any]]) -> SeedStory:
    allowed, most = set(lead.channels), ContactPreferences.from_json(lead.contact_preferences).max_attempts
    return SeedStory(
        lead_id=lead.id,
        partner_id=lead.partner_id,
        program_id=lead.program_id,
        status=lead.status,
        made_at=lead.created_at,
        delivered_at=lead.delivered_at,
        first_contact_at=contacts[0][0] if contacts else None,
        contacts=tuple(contacts),
        not_allowed=sum(1 for _, way in contacts if way not in allowed),
        too_many=max(0, len(contacts) - most) if most is not None else 0,
    )
