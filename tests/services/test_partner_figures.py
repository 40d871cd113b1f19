"""A partner's overview and analytics count what the tables hold, also as the trail of first looks grows."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.domain.lead import SEEN_BY_PARTNER, LeadStatus
from webapp.domain.links import Links
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.gateways.sealing import Seal
from webapp.models import AuditEntry, Lead, PartnerNotice
from webapp.queries.partner_analytics import get_partner_analytics
from webapp.queries.partner_overview import NEW_FOR, get_partner_overview
from webapp.services import audit

S = LeadStatus
ZONE = "America/New_York"
NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
"""Still the 25th where the partner is; the clocks went back on the first of the month."""


def make_history(session: Session, clock: FrozenClock, links: Links, school: School, count: int) -> None:
    """Leads of sixteen weeks in every state, with looks at some of them, the same one more than once."""
    chance = Random(45)
    for lead_id in many_leads(session, clock, links, school, count):
        lead = session.get_one(Lead, lead_id)
        lead.created_at = NOW - timedelta(minutes=chance.randrange(16 * 7 * 24 * 60))
        lead.undo_until = lead.created_at + timedelta(minutes=10)
        lead.status, lead.test = chance.choice([*LeadStatus, *[S.DELIVERED] * 12]), chance.random() < 0.1
        if lead.status in (S.DELIVERED, S.WITHDRAWN):
            lead.delivered_at = lead.undo_until + timedelta(seconds=chance.randrange(9000) - 300)
        session.flush()
        if lead.status is S.WITHDRAWN and chance.random() < 0.6:
            session.add(
                PartnerNotice(
                    id=new_id(), lead_id=lead_id, partner_id=school.partner_id, kind=NoticeKind.WITHDRAWN,
                    webhook_id=f"n_{lead_id}", status=NoticeStatus.TOLD,
                )
            )  # fmt: skip
        if lead.status is S.DELIVERED and chance.random() < 0.7:
            for _ in range(chance.randrange(1, 4)):
                seen = FrozenClock(lead.created_at + timedelta(minutes=chance.randrange(30, 5000)))
                audit.record(
                    session, seen, staff_id=None, partner_id=school.partner_id, actor="mira", action="viewed",
                    object_type="lead", object_id=str(lead_id),
                )  # fmt: skip
    session.flush()
    session.expire_all()


def test_the_figures_are_those_of_the_tables(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    school, other = (make_school(session, seal, name=name) for name in ("Larkspur", "Rival"))
    make_history(session, clock, links, school, 80)
    make_history(session, clock, links, other, 5)
    trail = select(AuditEntry.object_id, func.min(AuditEntry.at)).where(AuditEntry.action == "viewed")
    looks = {row[0]: row[1] for row in session.execute(trail.group_by(AuditEntry.object_id))}
    told = set(session.scalars(select(PartnerNotice.lead_id)))
    own = session.scalars(select(Lead).where(Lead.partner_id == school.partner_id)).all()
    assert {str(each.id): each.first_look_at for each in own if each.first_look_at} == {
        str(each.id): looks[str(each.id)] for each in own if str(each.id) in looks
    }

    seen = [
        each
        for each in own
        if each.status in SEEN_BY_PARTNER or (each.status is S.WITHDRAWN and each.id in told)
    ]  # fmt: skip
    weeks: dict[date, list[Lead]] = defaultdict(list)
    for each in seen:
        if not each.test:
            day = each.created_at.astimezone(ZoneInfo(ZONE)).date()
            weeks[day - timedelta(days=day.weekday())].append(each)
    found = get_partner_analytics(session, school.partner_id, NOW, ZONE)
    assert [week.starts_on for week in found.weeks] == [date(2026, 9, 7) + timedelta(weeks=n) for n in range(12)]
    for week in found.weeks:
        theirs = weeks[week.starts_on]
        assert week.total == len(theirs)
        for status in {each.status for each in theirs} | set(week.leads):
            assert week.leads.get(status, 0) == sum(each.status is status for each in theirs)
        handed = [(each.delivered_at - each.undo_until).total_seconds() for each in theirs if each.delivered_at]
        looked = [
            (each.first_look_at - each.delivered_at).total_seconds()
            for each in theirs
            if each.delivered_at and each.first_look_at
        ]
        for told_seconds, seconds in ((week.handed_over, handed), (week.first_look, looked)):
            assert (told_seconds is None) == (not seconds)
            assert told_seconds is None or abs(told_seconds - max(0.0, median(seconds))) < 1e-3

    overview = get_partner_overview(session, school.partner_id, NOW)
    fresh = [each for each in seen if each.status is S.DELIVERED and each.delivered_at >= NOW - NEW_FOR]  # type: ignore[operator]  # delivered ones have it
    assert overview.new == sum(str(each.id) not in looks for each in fresh)
    recent = [each.status for each in seen if each.created_at >= NOW - timedelta(days=7) and not each.test]
    assert overview.recent == {status: recent.count(status) for status in set(recent)}


def test_a_look_by_somebody_else_is_no_look(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    school, other = (make_school(session, seal, name=name) for name in ("Larkspur", "Rival"))
    (lead_id,) = many_leads(session, clock, links, school, 1)
    session.execute(update(Lead).where(Lead.id == lead_id).values(status=S.DELIVERED))
    for partner_id, action, kind in (
        (other.partner_id, "viewed", "lead"),
        (None, "viewed", "lead"),
        (school.partner_id, "said", "lead"),
        (school.partner_id, "viewed", "return"),
    ):
        audit.record(
            session, clock, staff_id=None, partner_id=partner_id, actor="x", action=action, object_type=kind,
            object_id=str(lead_id),
        )  # fmt: skip
    assert session.execute(select(Lead.first_look_at).where(Lead.id == lead_id)).scalar_one() is None
