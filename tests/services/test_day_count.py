"""Kept counts are what the rows say: before and after days are kept, and after rows of kept days change."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tests.factories.many_leads import many_leads
from tests.factories.request import open_draft, submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason, ReturnStatus
from webapp.domain.links import Links
from webapp.domain.mail_reputation import WINDOW
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.partner import PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.models import (
    CountedDay,
    DayCount,
    Draft,
    DraftStep,
    Lead,
    LeadReturn,
    Match,
    Message,
    Partner,
    Program,
    StaleDay,
    Submission,
)
from webapp.queries.cap import list_cap_use, list_caps
from webapp.queries.day_count import open_days
from webapp.queries.demand import Want, demand
from webapp.queries.exposure_audit import list_audits
from webapp.queries.form_funnel import FOLLOWED, form_funnel, share_below
from webapp.queries.freshness import OLDER, UNDATED, freshness
from webapp.queries.hand_over import failure_reasons, hand_over
from webapp.queries.lead_return import reason_rates
from webapp.queries.mail_health import mail_health
from webapp.queries.partner_mix import LEADS, partner_mix, program_mix
from webapp.queries.verdict_mix import verdict_mix
from webapp.services import day_count, exposure
from webapp.services.transaction import Begin

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 25), NOW.date()
STEPS = ("age", "goal", "background")
TOPICS = {"PyTorch": "deep learning", "robotics": "robotics"}
"""What students wrote, and the listed topic that it is."""
FATES = (MessageStatus.HANDED_OVER,) * 5


def make_history(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    """Leads, lists, mails and forms of five weeks, in every state, at all hours."""
    chance = Random(7)
    schools = [make_school(session, seal, name=name, daily_cap=5) for name in ("Larkspur", "Rival")]
    for school, count in zip(schools, (60, 20), strict=True):
        many_leads(session, clock, links, school, count)
    submit_request(session, clock, links, schools, wants_mail=True)
    for lead in session.scalars(select(Lead)).all():
        lead.created_at = NOW - timedelta(minutes=chance.randrange(36 * 24 * 60))
        lead.undo_until = lead.created_at + timedelta(minutes=10)
        lead.status, lead.test = chance.choice([*LeadStatus, *[LeadStatus.DELIVERED] * 8]), chance.random() < 0.1
        lead.reason = "retries_used_up" if lead.status is LeadStatus.FAILED else "the partner's own words"
        if lead.status is LeadStatus.DELIVERED:
            lead.delivered_at = lead.undo_until + timedelta(seconds=chance.choice((0.5, 4, 70, 9000, 10**6)))
            if chance.random() < 0.4:
                session.add(
                    LeadReturn(
                        lead_id=lead.id, partner_id=lead.partner_id, reason=chance.choice(("bad_contact", "other")),
                        status=ReturnStatus.REQUESTED, requested_at=lead.delivered_at, requested_by="a",
                    )
                )  # fmt: skip
    for row in session.scalars(select(Submission)).all():
        row.created_at = NOW - timedelta(minutes=chance.randrange(36 * 24 * 60))
        row.excluded = chance.choice(({}, {"cost": 3, "place": 1}))
        row.profile = {
            "goal": {
                "occupation": chance.choice(("15-2051", "15-1252")),
                "credentials": ["master", "bootcamp"],
                "interests": chance.choice(
                    (["PyTorch", "Deep learning", "my aunt Noor"], ["my aunt Noor"], ["robotics"])
                ),
            },
            "practical": {"state": chance.choice(("CA", "NY")), "modalities": ["online"]},
        }
        row.draft_id = make_draft(session, clock, links, chance)
    row.profile = {**row.profile, "goal": {**row.profile["goal"], "interests": ["time series"]}}  # too few to be told
    for match in session.scalars(select(Match)).all():
        match.verdict = chance.choice(("eligible", "likely", "conditional", "not_yet", "unknown"))
    first = session.scalars(select(Message)).first()
    assert first is not None
    for number in range(80):
        session.add(
            Message(
                key=f"m{number}", message_class=chance.choice(list(MessageClass)), template=first.template,
                template_version="1", prospect_id=first.prospect_id,
                status=chance.choice((*FATES, MessageStatus.BOUNCED, MessageStatus.COMPLAINED)),
                handed_over_at=NOW - timedelta(minutes=chance.randrange(36 * 24 * 60)),
            )
        )  # fmt: skip
    session.flush()
    session.expire_all()


def make_draft(session: Session, clock: FrozenClock, links: Links, chance: Random) -> UUID:
    """A form with some of its steps, some of them long after it was begun."""
    draft = session.get_one(Draft, open_draft(session, clock, links))
    at = draft.created_at = NOW - timedelta(minutes=chance.randrange(36 * 24 * 60))
    draft.completed_at = at + timedelta(days=chance.choice((1, 5))) if chance.random() < 0.7 else None
    for step in STEPS[: chance.randrange(1, 4)]:
        shown = at + timedelta(seconds=chance.randrange(5, 20))
        at = shown + timedelta(seconds=chance.choice((7, 40, 400, 9 * 86400)))
        saved = at if chance.random() < 0.8 else None
        session.add(DraftStep(draft_id=draft.id, step=step, shown_at=shown, saved_at=saved, saves=1))
    return draft.id


def test_every_dashboard_counts_what_the_tables_hold_before_and_after_days_are_kept(
    session: Session, begin: Begin, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    clock.at = NOW
    make_history(session, clock, links, seal)
    check_figures(session)
    assert session.scalar(select(func.count()).select_from(DayCount)) == 0

    assert day_count.keep(begin, clock) > 100
    # The database has its own clock, and takes days that are going on or to come here for days that are over.
    assert all(day >= LAST for day in session.scalars(select(StaleDay.day)))
    for topic in day_count.TOPICS:
        assert open_days(session, topic, FIRST, LAST, NOW)[-1] == LAST
    assert open_days(session, LEADS, FIRST, LAST, NOW) == (LAST,)
    check_figures(session)

    # Rows of kept days change, as they do every day: their days are counted from the rows, until they are kept anew.
    changed = session.scalars(
        select(Lead).where(Lead.status == LeadStatus.DELIVERED).order_by(Lead.created_at.desc())
    ).all()[:5]
    for lead in changed:
        lead.status = LeadStatus.WITHDRAWN
    mails = select(Message.id).where(Message.status == MessageStatus.HANDED_OVER).limit(20)
    session.execute(update(Message).where(Message.id.in_(mails)).values(status=MessageStatus.COMPLAINED))
    session.flush()
    days = {lead.created_at.date() for lead in changed}
    assert set(open_days(session, LEADS, FIRST, LAST, NOW)) == {*days, LAST}
    check_figures(session)
    assert day_count.keep(begin, clock) >= len(days)
    assert open_days(session, LEADS, FIRST, LAST, NOW) == (LAST,)
    check_figures(session)

    # Whatever was kept wrongly, a recount puts right.
    session.execute(update(DayCount).values(number=DayCount.number + 1))
    for topic in day_count.TOPICS:
        kept = session.scalars(select(CountedDay.day).where(CountedDay.topic == topic.name)).all()
        day_count.recount(session, clock, topic, kept)
    check_figures(session)
    assert day_count.keep(begin, clock) == 0


def check_figures(session: Session) -> None:
    """Each dashboard against a count of its own over all rows, made in Python."""
    leads = [each for each in session.scalars(select(Lead)) if not each.test and each.created_at.date() >= FIRST]
    mixes = partner_mix(session, FIRST, LAST, NOW)
    assert {(mix.id, status, number) for mix in mixes for status, number in mix.leads.items()} == {
        (str(partner), status, number)
        for (partner, status), number in Counter((each.partner_id, each.status) for each in leads).items()
    }
    for mix in mixes:
        (program,) = program_mix(
            session, session.scalars(select(Partner.id).where(Partner.display_name == mix.name)).one(), FIRST, LAST
        )
        assert program.leads == mix.leads

    for day in hand_over(session, FIRST, LAST, NOW):
        theirs = [each for each in leads if each.created_at.date() == day.day]
        assert Counter(day.leads) == Counter(each.status for each in theirs)
        waited = sorted((each.delivered_at - each.undo_until).total_seconds() for each in theirs if each.delivered_at)
        assert sum(day.waits.values()) == len(waited)
        if waited:
            middle = waited[(len(waited) - 1) // 2]
            bound = share_below(day.waits, 0.5)
            assert bound is not None
            assert middle <= bound
    failed = Counter(each.status for each in leads)
    told = failure_reasons(session, FIRST, LAST)
    assert sum(number for _, _, number in told) == sum(
        failed[each] for each in (LeadStatus.FAILED, LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER)
    )
    assert all(reason in ("", "retries_used_up") for _, reason, _ in told)

    returns = Counter(
        each.reason
        for each in session.scalars(select(LeadReturn).join(Lead, Lead.id == LeadReturn.lead_id).where(Lead.counts))
    )
    rates = reason_rates(session)
    assert {rate.reason: rate.requested for rate in rates} == {
        ReturnReason(key): number for key, number in returns.items()
    }
    assert rates[-1].running == 1

    mails: list[Any] = [each for each in session.scalars(select(Message)) if each.handed_over_at]
    for mail_day in mail_health(session, FIRST, LAST, NOW):
        theirs_mails = [each for each in mails if each.handed_over_at.date() == mail_day.day]
        assert Counter(mail_day.mails) == Counter(each.status for each in theirs_mails)
        since = mail_day.day - WINDOW
        week = [
            each
            for each in mails
            if since < each.handed_over_at.date() <= mail_day.day and each.message_class.can_be_stopped
        ]
        assert mail_day.week.handed_over == len(week)
        assert mail_day.week.complained == sum(each.status is MessageStatus.COMPLAINED for each in week)

    check_forms_and_lists(session)


def check_forms_and_lists(session: Session) -> None:
    asked = [each for each in session.scalars(select(Submission)) if each.created_at.date() >= FIRST]
    matches = session.scalars(select(Match)).all()
    of = {each.id: [match for match in matches if match.submission_id == each.id] for each in asked}
    days = verdict_mix(session, FIRST, LAST, NOW)
    assert sum(day.lists for day in days) == len(asked)
    places = Counter[str]()
    firsts = Counter[str]()
    for verdict_day in days:
        places.update(verdict_day.places)
        firsts.update(verdict_day.firsts)
    assert places == Counter(match.verdict for each in of.values() for match in each)
    assert firsts == Counter(match.verdict for each in of.values() for match in each if match.rank == 1)

    wanted = Counter[tuple[str, str]]()
    unmet = Counter[tuple[str, str]]()
    for each in asked:
        goal, practical = each.profile["goal"], each.profile["practical"]
        values = [
            (Want.OCCUPATION, goal["occupation"]), *((Want.CREDENTIAL, one) for one in goal["credentials"]),
            (Want.STATE, practical["state"]), (Want.MODALITY, "online"), *(("limit", rule) for rule in each.excluded),
            *((Want.INTEREST, TOPICS[one]) for one in goal["interests"][:1] if one in TOPICS),
        ]  # fmt: skip
        fits = any(match.verdict in ("eligible", "likely") for match in of[each.id])
        wanted.update(values)
        unmet.update(values if not fits else [])
    found = demand(session, FIRST, LAST, NOW)
    assert {(wish.want, wish.value): (wish.requests, wish.unmet) for wish in found.wishes} | {
        ("limit", each.rule): (each.requests, each.unmet) for each in found.limits
    } == {key: (number, unmet[key]) for key, number in wanted.items()}
    assert next(wish.programs for wish in found.wishes if wish.value == "master") == 2

    drafts = [each for each in session.scalars(select(Draft)) if each.created_at.date() >= FIRST]
    begun = {each.id: each.created_at + FOLLOWED for each in drafts}
    funnel = form_funnel(session, FIRST, LAST, NOW)
    steps: list[Any] = [each for each in session.scalars(select(DraftStep)) if each.draft_id in begun]
    assert funnel.begun == len(drafts)
    assert funnel.finished == sum(bool(each.completed_at and each.completed_at < begun[each.id]) for each in drafts)
    sent = session.scalars(select(Submission).where(Submission.draft_id.in_(begun))).all()
    assert funnel.asked == len({each.draft_id for each in sent if each.created_at < begun[each.draft_id]})
    for name, step in funnel.steps.items():
        theirs = [each for each in steps if each.step == name]
        saved = [each for each in theirs if each.saved_at and each.saved_at < begun[each.draft_id]]
        assert step.saved == len(saved)
        assert step.shown == sum((each.shown_at or each.saved_at) < begun[each.draft_id] for each in theirs)
        took = sorted((each.saved_at - each.shown_at).total_seconds() for each in saved)
        assert not took or (step.median_seconds or 0) >= took[(len(took) - 1) // 2]


def test_a_run_ends_in_time_and_the_next_goes_on(
    session: Session, begin: Begin, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    @dataclass
    class Hasty:
        """A clock by which every look takes fifteen seconds."""

        at: datetime

        def now(self) -> datetime:
            self.at += timedelta(seconds=15)
            return self.at

    clock.at = NOW
    make_history(session, clock, links, seal)
    runs: list[int] = []
    while not runs or runs[-1]:
        runs.append(day_count.keep(begin, Hasty(NOW)))
        assert len(runs) < 30
    assert len(runs) > 3
    check_figures(session)

    # Counts that went wrong past the triggers are put right from the rows, settled days alone.
    session.execute(update(DayCount).values(number=DayCount.number + 1))
    session.execute(delete(CountedDay).where(CountedDay.topic == LEADS.name))
    for topic in day_count.TOPICS:
        days = sum(day_count.count_again(begin, clock, topic, FIRST - WINDOW, LAST))
        assert days == (topic.last_settled(NOW) - FIRST + WINDOW).days + 1
    check_figures(session)


def test_caps_of_all_partners_are_those_of_each(session: Session, clock: FrozenClock, seal: Seal) -> None:
    schools = [make_school(session, seal, name=name, daily_cap=5, monthly_cap=9) for name in ("Larkspur", "Rival")]
    resting = make_school(session, seal, name="Resting", daily_cap=5, status=PartnerStatus.PAUSED)
    uses = list_cap_use(session, clock.now())
    each = {row for school in schools for row in list_caps(session, school.partner_id, clock.now())}
    assert {use.cap for use in uses} == each
    assert len(uses) == 4
    assert resting.partner_id not in {use.partner_id for use in uses}


def test_age_of_listings_and_audits_are_kept_as_found(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Rival", "Elm")]
    today = clock.now().date()
    ages = (today - timedelta(days=20), today - timedelta(days=1000), None)
    for school, verified_on in zip(schools, ages, strict=True):
        session.execute(update(Program).where(Program.program_id == school.program_id).values(verified_on=verified_on))
    (source,) = freshness(session, today)
    assert (source.total, dict(source.listings)) == (3, {"1": 1, OLDER: 1, UNDATED: 1})
    assert (source.oldest, source.newest) == (ages[1], ages[0])

    assert list_audits(session, today, today) == ()
    submit_request(session, clock, links, schools)
    found = exposure.measure(session)
    for _ in range(2):
        exposure.keep(session, clock, found)
        clock.advance(timedelta(minutes=1))
    (kept,) = list_audits(session, today, today)  # the last of the day
    assert (kept.submissions, kept.partner_places) == (found.submissions, found.partners.shown)
    assert (kept.observed, kept.p_value) == (found.observed, found.p_value)
