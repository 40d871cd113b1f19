"""The scorecard of partners: how they treat students they are introduced to. For staff alone: it knows the seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.complaint import ComplaintKind
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.domain.screening import Screening
from webapp.domain.seed import ContactWay
from webapp.models import Complaint, Lead, Partner, ScreeningPolicy, SeedContact, SeedLead
from webapp.queries.screening_policy import screening_of


@dataclass(frozen=True, slots=True)
class ComplaintRate:
    """Of `delivered` leads, how many were complained about and why; the share that may be, once there is a sample."""

    delivered: int
    complaints: int
    kinds: tuple[ComplaintKind, ...]
    percent_allowed: int
    sample: int

    @property
    def percent(self) -> float | None:
        """Complaints in a hundred delivered leads; None where none was delivered."""
        return 100 * self.complaints / self.delivered if self.delivered else None

    @property
    def is_too_high(self) -> bool:
        """Whether the partner is to be paused over it."""
        return self.delivered >= self.sample and self.complaints * 100 > self.percent_allowed * self.delivered


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
class Scorecard:
    """One partner from `since` to `until`, by the day its leads were delivered.

    `returned` is None where nobody counted the returns.
    """

    partner_id: UUID
    partner: str
    since: datetime
    until: datetime
    complaints: ComplaintRate
    returned: int | None
    seeds: tuple[SeedStory, ...]

    @property
    def return_percent(self) -> float | None:
        """Approved returns in a hundred delivered leads."""
        delivered = self.complaints.delivered
        return 100 * self.returned / delivered if self.returned is not None and delivered else None

    @property
    def median_first_contact(self) -> timedelta | None:
        """Half of the seeds that were contacted at all were contacted within this time."""
        waits = [
            seed.first_contact_after.total_seconds() for seed in self.seeds if seed.first_contact_after is not None
        ]
        return timedelta(seconds=median(waits)) if waits else None

    @property
    def never_contacted(self) -> int:
        """Delivered seeds nobody ever got in touch with."""
        return sum(1 for seed in self.seeds if seed.delivered_at is not None and not seed.contacts)

    @property
    def contacts_per_seed(self) -> float | None:
        """How often a delivered seed was contacted, on average."""
        delivered = [len(seed.contacts) for seed in self.seeds if seed.delivered_at is not None]
        return sum(delivered) / len(delivered) if delivered else None


def complaint_rate(session: Session, partner_id: UUID, limits: Screening, *, now: datetime) -> ComplaintRate:
    """The rate that decides over a pause: of leads delivered in the partner's own window."""
    since = now - timedelta(days=limits.complaint_days)
    delivered, complaints = _complaints(session, [partner_id], since, now).get(partner_id, (0, ()))
    return _rate(delivered, complaints, limits)


def get_scorecard(
    session: Session, partner_id: UUID, *, since: datetime, until: datetime, returned: int | None = None
) -> Scorecard:
    """One partner's. `returned` is the number of approved returns of those leads. NotFound without such a partner."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    given = {} if returned is None else {partner_id: returned}
    return _scorecards(session, [partner], since, until, given)[0]


def list_scorecards(
    session: Session, *, since: datetime, until: datetime, returned: Mapping[UUID, int] | None = None
) -> tuple[Scorecard, ...]:
    """Every partner's, by name; `returned` are the approved returns by partner, where they are counted."""
    partners = session.scalars(select(Partner).order_by(Partner.display_name, Partner.id)).all()
    return _scorecards(session, partners, since, until, returned)


def list_seeds(session: Session, partner_id: UUID) -> tuple[SeedStory, ...]:
    """Every seed of a partner, the newest first."""
    return _seeds(session, [partner_id], None, None).get(partner_id, ())


def _scorecards(
    session: Session,
    partners: Sequence[Partner],
    since: datetime,
    until: datetime,
    returned: Mapping[UUID, int] | None,
) -> tuple[Scorecard, ...]:
    ids = [partner.id for partner in partners]
    counted, seeds = _complaints(session, ids, since, until), _seeds(session, ids, since, until)
    # Into the session in one go, so that each partner's settings are at hand.
    kept = session.scalars(select(ScreeningPolicy).where(ScreeningPolicy.partner_id.in_(ids))).all()
    with_settings = {row.partner_id for row in kept}
    return tuple(
        Scorecard(
            partner_id=partner.id,
            partner=partner.display_name,
            since=since,
            until=until,
            complaints=_rate(
                *counted.get(partner.id, (0, ())),
                screening_of(session, partner.id) if partner.id in with_settings else Screening(),
            ),
            returned=None if returned is None else returned.get(partner.id, 0),
            seeds=seeds.get(partner.id, ()),
        )
        for partner in partners
    )


def _rate(delivered: int, kinds: Iterable[ComplaintKind], limits: Screening) -> ComplaintRate:
    told = tuple(kinds)
    return ComplaintRate(
        delivered, len(told), tuple(dict.fromkeys(told)), limits.complaint_percent, limits.complaint_sample
    )


def _complaints(
    session: Session, partner_ids: Sequence[UUID], since: datetime, until: datetime
) -> dict[UUID, tuple[int, tuple[ComplaintKind, ...]]]:
    """Delivered leads by partner and what was complained about; tests and seeds count in neither."""
    kinds = func.array_agg(Complaint.kind).filter(Complaint.kind.is_not(None))
    rows = session.execute(
        select(Lead.partner_id, func.count(), kinds)
        .outerjoin(Complaint, Complaint.lead_id == Lead.id)
        .where(Lead.partner_id.in_(partner_ids), ~Lead.test, ~Lead.seed)
        .where(Lead.delivered_at > since, Lead.delivered_at <= until)
        .group_by(Lead.partner_id)
    )
    return {
        partner_id: (delivered, tuple(ComplaintKind(kind) for kind in found or ()))
        for partner_id, delivered, found in rows
    }


def _seeds(
    session: Session, partner_ids: Sequence[UUID], since: datetime | None, until: datetime | None
) -> dict[UUID, tuple[SeedStory, ...]]:
    statement = (
        select(Lead)
        .join(SeedLead, SeedLead.lead_id == Lead.id)
        .where(Lead.partner_id.in_(partner_ids))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
    )
    if since is not None and until is not None:
        statement = statement.where(Lead.delivered_at > since, Lead.delivered_at <= until)
    leads = session.scalars(statement).all()
    contacts: dict[UUID, list[tuple[datetime, ContactWay]]] = {}
    for lead_id, at, way in session.execute(
        select(SeedContact.lead_id, SeedContact.at, SeedContact.way)
        .where(SeedContact.lead_id.in_([lead.id for lead in leads]))
        .order_by(SeedContact.at, SeedContact.id)
    ):
        contacts.setdefault(lead_id, []).append((at, way))
    found: dict[UUID, list[SeedStory]] = {}
    for lead in leads:
        found.setdefault(lead.partner_id, []).append(_story(lead, contacts.get(lead.id, [])))
    return {partner_id: tuple(stories) for partner_id, stories in found.items()}


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
