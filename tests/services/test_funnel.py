"""What schools say of their leads: forward silently, back only by a correction, by service, by link and by file."""

from datetime import date, timedelta
from io import BytesIO
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.factories.many_leads import accepted, many_leads
from tests.factories.school import School, make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.funnel import (
    CorrectionReason,
    FunnelSource,
    FunnelStatus,
    FunnelStep,
    after,
    check_step,
    furthest,
    standing,
)
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.gateways.fakes import FakeMail
from webapp.gateways.sealing import Seal
from webapp.models import FunnelEvent, FunnelStanding, Message, StatusLink
from webapp.queries.funnel import find_asked_status, funnel_of, reached_by
from webapp.queries.performance import median_days, performance
from webapp.services import charge, funnel, message, status_file, status_link
from webapp.services.funnel import Said
from webapp.services.transaction import Begin

S = FunnelStatus
DAY = date(2026, 11, 22)


@pytest.fixture
def school(session: Session, seal: Seal) -> School:
    return make_school(session, seal, price_cents=6000)


def said(session: Session, clock: FrozenClock, lead_id: object, status: S, on: date) -> bool:
    return funnel.record(session, clock, lead_id, Said(status, on), source=FunnelSource.API, actor="key 1")  # type: ignore[arg-type]  # an id


def test_news_goes_forward_once_and_back_only_by_a_correction_that_is_kept(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    (lead_id,) = many_leads(session, clock, links, school, 1)
    with pytest.raises(Refused, match="not delivered"):
        said(session, clock, lead_id, S.CONTACTED, DAY)
    accepted(session, lead_id, clock.now())
    clock.advance(timedelta(days=9))
    assert said(session, clock, lead_id, S.CONTACTED, DAY)
    assert not said(session, clock, lead_id, S.CONTACTED, DAY)
    assert said(session, clock, lead_id, S.APPLIED, DAY + timedelta(days=5))  # skips are fine
    for status, on, words in (
        (S.QUALIFIED, DAY + timedelta(days=6), "comes before that"),
        (S.CONTACTED, DAY + timedelta(days=1), "already"),
        (S.ADMITTED, DAY + timedelta(days=4), "cannot be admitted before that"),
        (S.ADMITTED, DAY + timedelta(days=10), "Today is 2026-12-01"),
        (S.ADMITTED, DAY - timedelta(days=1), "The lead came on 2026-11-22"),
    ):
        with pytest.raises(Refused, match=words):
            said(session, clock, lead_id, status, on)
    other = new_id()
    with pytest.raises(NotFound):
        funnel.record(
            session, clock, lead_id, Said(S.ADMITTED, DAY), source=FunnelSource.API, actor="k", partner_id=other
        )

    def correct(to: Said | None) -> bool:
        return funnel.correct(
            session, clock, lead_id, to, reason=CorrectionReason.WRONG_DATE, source=FunnelSource.STAFF, actor="ada"
        )

    with pytest.raises(Refused, match="Say it as news"):
        correct(Said(S.STARTED, DAY + timedelta(days=6)))
    assert correct(Said(S.QUALIFIED, DAY + timedelta(days=2)))
    assert not correct(Said(S.QUALIFIED, DAY + timedelta(days=2)))
    row = session.get_one(FunnelStanding, lead_id, populate_existing=True)
    assert (row.status, row.contacted_on, row.applied_on) == (S.QUALIFIED, DAY, None)
    assert correct(None)
    assert [(each.status, each.correction is not None) for each in funnel_of(session, lead_id)] == [
        (S.CONTACTED, False),
        (S.APPLIED, False),
        (S.QUALIFIED, True),
        (None, True),
    ]
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(update(FunnelEvent).values(actor="x").execution_options(synchronize_session=False))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FunnelStatus), st.integers(0, 20), st.booleans()), max_size=12))
def test_what_stands_is_always_a_road_forward(steps: list[tuple[S, int, bool]]) -> None:
    held: dict[S, date] = {}
    taken = []
    for status, days, correction in steps:
        on, before = DAY + timedelta(days=days), furthest(held)
        if not correction:
            try:
                if not check_step(held, status, on):
                    continue
            except Refused:
                continue
        elif any(day > on for each, day in held.items() if each.place < status.place):
            continue
        taken.append(FunnelStep(status, on, correction))
        held = after(held, taken[-1])
        now = furthest(held)
        assert correction or before is None or (now is not None and now.place > before.place)
        days_held = [held[each] for each in FunnelStatus if each in held]
        assert days_held == sorted(days_held)
    assert standing(taken) == held


def test_a_link_takes_one_answer_and_opening_it_changes_nothing(
    session: Session,
    begin: Begin,
    clock: FrozenClock,
    links: Links,
    school: School,
    mail: FakeMail,
    message_outside: message.Outside,
) -> None:
    first, second = many_leads(session, clock, links, school, 2)
    with pytest.raises(Refused, match="not delivered"):
        status_link.ask(session, clock, links, first)
    for each in (first, second):
        accepted(session, each, clock.now())
    link_id = status_link.ask(session, clock, links, first)
    session.flush()
    for each in session.scalars(select(Message.id).where(Message.template == "status_request")).all():
        message.send(begin, clock, message_outside, each)
    (sent,) = [each for each in mail.sent if "how far did you come" in each.subject]
    token = links.status_token(link_id)
    assert links.status_url(link_id) in sent.text
    assert "Silva" not in sent.text + sent.subject + (sent.html or "")
    assert session.get_one(StatusLink, link_id).token_hash != token.encode()

    asked = find_asked_status(session, token)
    assert asked is not None
    assert (asked.lead_id, asked.status, asked.used_at) == (first, None, None)
    with pytest.raises(Refused, match="Today is"):
        status_link.use(session, clock, token, Said(S.CONTACTED, DAY + timedelta(days=1)))
    assert status_link.use(session, clock, token, Said(S.CONTACTED, DAY))
    assert not status_link.use(session, clock, token, Said(S.CONTACTED, DAY))
    with pytest.raises(Refused, match="used already"):
        status_link.use(session, clock, token, Said(S.QUALIFIED, DAY))
    with pytest.raises(NotFound):
        status_link.use(session, clock, "nonsense", Said(S.QUALIFIED, DAY))
    assert [each.source for each in funnel_of(session, first)] == [FunnelSource.LINK]

    late = links.status_token(status_link.open_link(session, clock, links, second))
    clock.advance(status_link.VALID)
    with pytest.raises(Refused, match="over"):
        status_link.use(session, clock, late, Said(S.CONTACTED, DAY))


def test_a_file_is_looked_at_whole_and_written_whole(
    session: Session, clock: FrozenClock, links: Links, seal: Seal, school: School
) -> None:
    first, second, waiting = many_leads(session, clock, links, school, 3)
    other = make_school(session, seal, name="Other")
    (foreign,) = many_leads(session, clock, links, other, 1)
    for each in (first, second, foreign):
        accepted(session, each, clock.now())
    clock.advance(timedelta(days=3))

    def check(*lines: str) -> status_file.StatusReport:
        return status_file.check(session, clock, school.partner_id, BytesIO("\n".join(lines).encode()))

    bad = (
        "\ufeffLead_ID,status,date",
        f"{first},contacted,2026-11-22",
        f"{first},Application Started,2026-11-24",
        f"{first},qualified,2026-11-24",
        f"{second},hired,24/11/2026",
        f"{foreign},contacted,2026-11-22",
        f"{waiting},contacted,2026-11-22",
        "=cmd|' /C calc'!A0,contacted,2026-11-22",
        f"{second},contacted",
        "",
        f"{second},contacted,2099-01-01",
    )
    report = check(*bad)
    assert (report.rows, report.news, report.applied) == (9, 2, False)
    assert [(fault.line, fault.column) for fault in report.faults] == [
        (4, "status"), (5, "status"), (5, "date"), (6, "lead_id"), (7, "lead_id"), (8, "lead_id"), (9, "row"),
        (11, "date"),
    ]  # fmt: skip
    assert all("=cmd" not in fault.problem + fault.remedy for fault in report.faults)
    stream = BytesIO("\n".join(bad).encode())
    assert not status_file.apply(session, clock, school.partner_id, stream, actor="lee").applied
    assert session.scalars(select(FunnelEvent)).all() == []

    good = "\n".join(("lead_id,status,date", f"{first},contacted,2026-11-23", f"{second},applied,2026-11-25")).encode()
    done = [status_file.apply(session, clock, school.partner_id, BytesIO(good), actor="lee") for _ in range(2)]
    assert [(each.news, each.known, each.applied) for each in done] == [(2, 0, True), (0, 2, True)]
    assert reached_by(session, [first])[first].contacted_on == date(2026, 11, 23)

    for content, words in (
        (b"PK\x03\x04 a zip that may be a bomb", "spreadsheet, an archive"),
        (b"\x1f\x8b\x08 a gzip", "spreadsheet, an archive"),
        (b"lead,state\n", "must name the columns"),
        (b"lead_id,status,date\n" + b"x,y,z\n" * 400_000, "larger than 2 MB"),
        (b"lead_id,status,date\n" + b"x,y,z\n" * 10_001, "more than 10,000 rows"),
        (b'lead_id,status,date\n"open', "not CSV"),
        (b"lead_id,status,date\n\xff\xfe\n", "not UTF-8"),
        (b"", "must name the columns"),
    ):
        with pytest.raises(Refused, match=words):
            status_file.check(session, clock, school.partner_id, BytesIO(content))


def test_the_figures_of_a_partner_and_what_its_students_say_to_them(
    session: Session, clock: FrozenClock, links: Links, school: School
) -> None:
    made = many_leads(session, clock, links, school, 4)
    for each in made[:3]:
        charge.accrue(session, accepted(session, each, clock.now()), at=clock.now())
    clock.advance(timedelta(days=9))
    said(session, clock, made[0], S.CONTACTED, DAY)
    said(session, clock, made[0], S.ADMITTED, DAY + timedelta(days=4))
    said(session, clock, made[1], S.CONTACTED, DAY + timedelta(days=2))
    (row,) = performance(session, partner_id=school.partner_id)
    assert (row.month, row.received, row.delivered, row.acceptance) == (date(2026, 11, 1), 4, 3, 1.0)
    assert (row.days_to_contact, row.net_cents, row.cents_per_application) == (2.0, {"USD": 18_000}, {"USD": 18_000})
    assert [row.funnel[status] for status in FunnelStatus] == [2, 1, 1, 1, 1, 0, 0]

    owner = accepted(session, made[1], clock.now()).prospect_id
    funnel.answer(session, clock, prospect_id=owner, lead_id=made[1], contacted=True)
    assert not reached_by(session, made)[made[1]].conflict
    funnel.answer(session, clock, prospect_id=owner, lead_id=made[1], contacted=False)
    assert [lead_id for lead_id, reached in reached_by(session, made).items() if reached.conflict] == [made[1]]
    with pytest.raises(NotFound):
        funnel.answer(session, clock, prospect_id=new_id(), lead_id=made[1], contacted=True)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.integers(-1, 30), st.integers(1, 4), max_size=5), st.integers(0, 6))
def test_silence_is_later_than_any_day(days: dict[int, int], never: int) -> None:
    every = [float(day) for day, leads in days.items() for _ in range(leads)] + [float("inf")] * never
    expected = median(every) if every else float("inf")
    assert median_days(days, never) == (expected if expected != float("inf") else None)
