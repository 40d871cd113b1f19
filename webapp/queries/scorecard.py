"""The scorecard of partners: how they treat students they are introduced to. For staff alone: it knows the seeds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.complaint import ComplaintKind
from webapp.domain.lead_return import ReturnReason
from webapp.domain.partner import PausedBy
from webapp.domain.scorecard import Figure
from webapp.domain.screening import Screening
from webapp.models import Complaint, Lead, LeadReturn, Partner
from webapp.queries.partners import paused_by
from webapp.queries.performance import median_days
from webapp.queries.plan import plan_for_values
from webapp.queries.scorecard_counts import Heard, heard
from webapp.queries.scorecard_rows import counted_in
from webapp.queries.screening_policy import screenings_of
from webapp.queries.seed import SeedStory, seeds_by_partner


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
class Scorecard:
    """One partner from `since` to `until`, by the day its leads were delivered; tests and seeds count in no rate.

    `answered` are those the partner took, refused or knew; `accepted` those it took. `reached` are delivered leads of
    whom the partner or the student says that they were contacted; of `asked` students who answered, `agreed` said so.
    `days_to_contact` is the median by the partner's own word. `returns` are approved, by reason.
    """

    partner_id: UUID
    partner: str
    since: datetime
    until: datetime
    complaints: ComplaintRate
    answered: int
    accepted: int
    reached: int
    asked: int
    agreed: int
    days_to_contact: float | None
    returns: Mapping[ReturnReason, int]
    seeds: tuple[SeedStory, ...]

    @property
    def delivered(self) -> int:
        """Leads delivered in the span."""
        return self.complaints.delivered

    @property
    def returned(self) -> int:
        """Approved returns of those leads."""
        return sum(self.returns.values())

    @property
    def return_percent(self) -> float | None:
        """Approved returns in a hundred delivered leads."""
        return _percent(self.returned, self.delivered)

    @property
    def acceptance_percent(self) -> float | None:
        """Leads that it took in a hundred that it answered."""
        return _percent(self.accepted, self.answered)

    @property
    def reached_percent(self) -> float | None:
        """Delivered leads in a hundred that are known to have been contacted."""
        return _percent(self.reached, self.delivered)

    @property
    def delivered_seeds(self) -> tuple[SeedStory, ...]:
        """The seeds that came to the partner."""
        return tuple(seed for seed in self.seeds if seed.delivered_at is not None)

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
        return sum(1 for seed in self.delivered_seeds if not seed.contacts)

    @property
    def contacts_per_seed(self) -> float | None:
        """How often a delivered seed was contacted, on average."""
        counts = [len(seed.contacts) for seed in self.delivered_seeds]
        return sum(counts) / len(counts) if counts else None

    @property
    def beyond_permission(self) -> int:
        """Contacts of seeds by a way that was not allowed, or beyond the number allowed."""
        return sum(seed.not_allowed + seed.too_many for seed in self.seeds)


def complaint_rate(session: Session, partner_id: UUID, limits: Screening, *, now: datetime) -> ComplaintRate:
    """The rate that decides over a pause: of leads delivered in the partner's own window."""
    since = now - timedelta(days=limits.complaint_days)
    delivered = _delivered_by(session, [partner_id], since, now).get(partner_id, 0)
    return _rate(delivered, _complaints(session, [partner_id], since, now).get(partner_id, ()), limits)


@dataclass(frozen=True, slots=True)
class PartnerRate:
    """The complaint rate of one partner in its own window, and who paused it, if anybody."""

    partner_id: UUID
    partner: str
    days: int
    rate: ComplaintRate
    paused_by: PausedBy | None


def list_complaint_rates(session: Session, *, now: datetime) -> tuple[PartnerRate, ...]:
    """The partners that students complained about within their windows, or that are paused over it; the worst first."""
    ever = select(Complaint.partner_id).distinct()
    partners = session.scalars(select(Partner).where(Partner.id.in_(ever)).order_by(Partner.display_name)).all()
    settings = screenings_of(session, [partner.id for partner in partners])
    windows: dict[int, list[UUID]] = {}
    for partner_id, limits in settings.items():
        windows.setdefault(limits.complaint_days, []).append(partner_id)
    delivered: dict[UUID, int] = {}
    told: dict[UUID, tuple[ComplaintKind, ...]] = {}
    for days, ids in windows.items():
        since = now - timedelta(days=days)
        delivered |= _delivered_by(session, ids, since, now)
        told |= _complaints(session, ids, since, now)
    found = []
    for partner in partners:
        limits, by = settings[partner.id], paused_by(session, partner)
        rate = _rate(delivered.get(partner.id, 0), told.get(partner.id, ()), limits)
        if rate.complaints or by is PausedBy.COMPLAINTS:
            found.append(PartnerRate(partner.id, partner.display_name, limits.complaint_days, rate, by))
    return tuple(sorted(found, key=lambda each: -(each.rate.percent or 0)))


def list_scorecards(session: Session, *, since: datetime, until: datetime) -> tuple[Scorecard, ...]:
    """Every partner's, by name."""
    plan_for_values(session)
    partners = session.scalars(select(Partner).order_by(Partner.display_name, Partner.id)).all()
    ids = [partner.id for partner in partners]
    told, refused = heard(session, since, until), _refused(session, since, until)
    returns = _returns(session, since, until)
    complaints, settings = _complaints(session, ids, since, until), screenings_of(session, ids)
    seeds = seeds_by_partner(session, ids, since, until)

    def card(partner: Partner) -> Scorecard:
        counts = told.get(partner.id, Heard())
        return Scorecard(
            partner_id=partner.id,
            partner=partner.display_name,
            since=since,
            until=until,
            complaints=_rate(counts.delivered, complaints.get(partner.id, ()), settings[partner.id]),
            answered=counts.delivered + refused.get(partner.id, 0),
            accepted=counts.delivered,
            reached=counts.reached,
            asked=counts.asked,
            agreed=counts.agreed,
            days_to_contact=median_days(counts.days, 0),
            returns=returns.get(partner.id, {}),
            seeds=seeds.get(partner.id, ()),
        )

    return tuple(card(partner) for partner in partners)


def _refused(session: Session, since: datetime, until: datetime) -> dict[UUID, int]:
    """Leads that each partner refused or knew before, and never got."""
    rows = session.execute(
        select(Lead.partner_id, func.count()).where(counted_in(Figure.REFUSED, since, until)).group_by(Lead.partner_id)
    )
    return {row[0]: row[1] for row in rows}


def _returns(session: Session, since: datetime, until: datetime) -> dict[UUID, dict[ReturnReason, int]]:
    rows = session.execute(
        select(Lead.partner_id, LeadReturn.reason, func.count())
        .join(LeadReturn, LeadReturn.lead_id == Lead.id)
        .where(counted_in(Figure.RETURNED, since, until))
        .group_by(Lead.partner_id, LeadReturn.reason)
        .order_by(func.count().desc(), LeadReturn.reason)
    )
    found: dict[UUID, dict[ReturnReason, int]] = {}
    for partner_id, reason, count in rows:
        found.setdefault(partner_id, {})[reason] = count
    return found


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _rate(delivered: int, kinds: Iterable[ComplaintKind], limits: Screening) -> ComplaintRate:
    told = tuple(kinds)
    return ComplaintRate(
        delivered, len(told), tuple(dict.fromkeys(told)), limits.complaint_percent, limits.complaint_sample
    )


def _delivered_by(session: Session, partner_ids: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, int]:
    """How many leads each partner got; tests and seeds are in none of it."""
    which = Lead.partner_id.in_(partner_ids), counted_in(Figure.DELIVERED, since, until)
    rows = session.execute(select(Lead.partner_id, func.count()).where(*which).group_by(Lead.partner_id))
    return {row[0]: row[1] for row in rows}


def _complaints(
    session: Session, partner_ids: Collection[UUID], since: datetime, until: datetime
) -> dict[UUID, tuple[ComplaintKind, ...]]:
    """What was complained about, of the same leads. Read from the complaints, which are few, and not from the leads."""
    rows = session.execute(
        select(Complaint.partner_id, func.array_agg(Complaint.kind))
        .join(Lead, Lead.id == Complaint.lead_id)
        .where(Complaint.partner_id.in_(partner_ids), counted_in(Figure.DELIVERED, since, until))
        .group_by(Complaint.partner_id)
    )
    return {partner_id: tuple(ComplaintKind(kind) for kind in kinds) for partner_id, kinds in rows}
