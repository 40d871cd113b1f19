"""The privacy desk: clocks by law, what students do for themselves, what staff carry out, and what runs remove."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.lead import leads_of, put_delivery
from tests.factories.request import open_draft, submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.errors import InvalidTransition, NotFound, Refused
from webapp.domain.ids import address_key, new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.notice import NoticeStatus
from webapp.domain.person import Details
from webapp.domain.privacy_request import (
    DESK,
    PrivacyLaw,
    RequestKind,
    RequestOutcome,
    RequestSource,
    RequestStatus,
)
from webapp.domain.retention import WORK_LABELS
from webapp.gateways.sealing import Seal
from webapp.models import Consent, Draft, Lead, PrivacyRequest, Prospect, RetentionRun, Suppression
from webapp.queries.data_export import data_export
from webapp.queries.privacy_request import count_open_requests, get_privacy_request, held_of, list_privacy_requests
from webapp.queries.propagation import list_notices, list_propagation
from webapp.queries.retention_run import list_retention_runs, next_run_at
from webapp.services import correction, draft, erasure, privacy_answer, privacy_request, retention_run
from webapp.services import lead as leads
from webapp.services.transaction import Begin

ADDRESS = "ana@student.example"


@pytest.mark.parametrize(
    ("law", "received", "due", "extended"),
    [
        (PrivacyLaw.GDPR, date(2026, 1, 31), date(2026, 2, 28), date(2026, 4, 30)),
        (PrivacyLaw.GDPR, date(2028, 1, 30), date(2028, 2, 29), date(2028, 4, 30)),
        (PrivacyLaw.GDPR, date(2026, 11, 15), date(2026, 12, 15), date(2027, 2, 15)),
        (PrivacyLaw.GDPR, date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31)),
        (PrivacyLaw.CCPA, date(2026, 1, 31), date(2026, 3, 17), date(2026, 5, 1)),
        (PrivacyLaw.CCPA, date(2028, 2, 1), date(2028, 3, 17), date(2028, 5, 1)),
    ],
)
def test_each_law_has_its_clock(law: PrivacyLaw, received: date, due: date, extended: date) -> None:
    assert (law.due(received), law.due(received, extended=True)) == (due, extended)


@settings(max_examples=60)
@given(day=st.dates(date(2024, 1, 1), date(2040, 1, 1)), law=st.sampled_from(PrivacyLaw))
def test_a_later_request_is_never_due_earlier_and_more_time_is_more(day: date, law: PrivacyLaw) -> None:
    assert day + timedelta(days=28) <= law.due(day) <= law.due(day + timedelta(days=1))
    assert law.due(day) + timedelta(days=45) <= law.due(day, extended=True)


def record(
    session: Session, clock: FrozenClock, links: Links, kind: RequestKind, *, address: str | None = ADDRESS
) -> PrivacyRequest:
    made = privacy_request.record(
        session,
        clock,
        kind=kind,
        law=PrivacyLaw.GDPR,
        source=RequestSource.LETTER,
        received_on=clock.now().date(),
        person=address_key(links.secret, address) if address else None,
        actor="ada@staff.example",
    )
    return session.get_one(PrivacyRequest, made)


def test_a_request_is_extended_once_in_time_and_closed_once_with_a_note(
    session: Session, clock: FrozenClock, links: Links
) -> None:
    row = record(session, clock, links, RequestKind.EXPORT)
    later = record(session, clock, links, RequestKind.OBJECTION)
    today = clock.now().date()
    assert count_open_requests(session, today) == (2, 0)
    for words in ("", " ", "x" * 2001):
        with pytest.raises(Refused):
            privacy_request.extend(session, clock, row.id, words)
    privacy_request.extend(session, clock, row.id, "Three archives to look through.")
    with pytest.raises(Refused):
        privacy_request.extend(session, clock, row.id, "Once more.")
    assert row.due_on == PrivacyLaw.GDPR.due(row.received_on, extended=True)
    assert [each.id for each in list_privacy_requests(session, cursor=None).items] == [later.id, row.id]
    clock.advance(timedelta(days=40))
    assert count_open_requests(session, clock.now().date()) == (2, 1)
    assert get_privacy_request(session, later.id).days_left(clock.now().date()) < 0
    with pytest.raises(Refused):
        privacy_request.extend(session, clock, later.id, "Too late for that.")

    privacy_request.close(session, clock, row.id, RequestOutcome.DONE, "Copy sent by post.", actor="ada@staff.example")
    with pytest.raises(InvalidTransition):
        privacy_request.close(session, clock, row.id, RequestOutcome.REFUSED, "Again.", actor="ada@staff.example")
    with pytest.raises(Refused):
        privacy_request.extend(session, clock, row.id, "It is closed.")
    (closed,) = list_privacy_requests(session, status=RequestStatus.CLOSED, cursor=None).items
    assert (closed.id, closed.outcome, closed.note) == (row.id, RequestOutcome.DONE, "Copy sent by post.")
    with pytest.raises(NotFound):
        privacy_request.extend(session, clock, new_id(), "Nothing there.")
    with pytest.raises(Refused):
        privacy_request.record(
            session, clock, kind=RequestKind.EXPORT, law=PrivacyLaw.CCPA, source=RequestSource.PHONE,
            received_on=clock.now().date() + timedelta(days=1), person=None, actor="a",
        )  # fmt: skip


def test_what_students_do_for_themselves_is_written_down_as_done(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Rival")]
    stored = submit_request(session, clock, links, schools)
    first = leads_of(session, stored.submission_id)[0]
    prospect_id = session.get_one(Lead, first).prospect_id
    leads.withdraw(session, clock, first, prospect_id=prospect_id, page="/my-data")
    leads.withdraw(session, clock, first, prospect_id=prospect_id, page="/my-data")
    correction.correct(session, clock, links, prospect_id, Details("Anna", "Silva", None))
    correction.correct(session, clock, links, prospect_id, Details("Anna", "Silva", None))
    erasure.erase(session, clock, prospect_id, page="/my-data")
    rows = session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id)).all()
    assert [(row.kind, row.source, row.outcome) for row in rows] == [
        (kind, RequestSource.OWN_PAGE, RequestOutcome.DONE)
        for kind in (RequestKind.WITHDRAWAL, RequestKind.CORRECTION, RequestKind.ERASURE)
    ]
    assert {row.prospect_id for row in rows} == {prospect_id}
    assert rows[0].lead_id == first


def test_staff_carry_out_what_came_by_letter_with_everything_that_is_held(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    stored = [submit_request(session, clock, links, [school], email=ADDRESS) for _ in range(2)]
    other = submit_request(session, clock, links, [school], email="bo@student.example")
    delivered = leads_of(session, stored[0].submission_id)[0]
    session.get_one(Lead, delivered).status = LeadStatus.DELIVERED
    accepted = [(AttemptOutcome.ACCEPTED, 200, None)]
    put_delivery(session, delivered, DeliveryStatus.DELIVERED, accepted, at=clock.now())
    session.expire_all()

    objection = record(session, clock, links, RequestKind.OBJECTION)
    assert privacy_answer.carry_out(session, clock, objection.id) == 2
    assert session.scalar(select(func.count()).select_from(Suppression)) == 2

    withdrawal = record(session, clock, links, RequestKind.WITHDRAWAL)
    assert privacy_answer.carry_out(session, clock, withdrawal.id) == 2
    assert all(
        session.get_one(Lead, leads_of(session, each.submission_id)[0]).status is LeadStatus.WITHDRAWN
        for each in stored
    )
    assert DESK in session.scalars(select(Consent.page)).all()
    (partner,) = list_propagation(session)
    assert (partner.partner_id, partner.total, partner.notices) == (school.partner_id, 1, {NoticeStatus.PENDING: 1})
    assert partner.oldest_at == clock.now()
    (line,) = list_notices(session, partner_id=school.partner_id, cursor=None).items
    assert (line.lead_id, line.status) == (delivered, NoticeStatus.PENDING)

    request = record(session, clock, links, RequestKind.ERASURE)
    with pytest.raises(Refused, match="not carried out"):
        privacy_request.close(session, clock, request.id, RequestOutcome.DONE, "All gone.", actor="ada@staff.example")
    exported = data_export(session, stored[0].prospect_id, at=clock.now())["privacy_requests"]
    assert [(each["kind"], each["source"]) for each in exported] == [
        ("objection", "letter"), ("withdrawal", "letter"), ("erasure", "letter"),
    ]  # fmt: skip
    privacy_request.extend(session, clock, request.id, "Ana asked by letter.")
    assert request.person is not None
    assert held_of(session, request.person.hex()).erased == 0
    assert privacy_answer.carry_out(session, clock, request.id) == 2
    held = held_of(session, request.person.hex())
    assert (len(held.submissions), held.erased) == (2, 2)
    assert sum(held.notices.values()) == 2
    session.expire_all()
    assert "Ana" not in (request.extension_words or "")
    kept = session.scalars(select(Prospect.email).where(Prospect.erased_at.is_(None))).all()
    assert kept == ["bo@student.example"]
    assert session.get_one(Lead, leads_of(session, other.submission_id)[0]).status is LeadStatus.UNDO_WINDOW
    assert privacy_answer.carry_out(session, clock, request.id) == 0
    # Each is one request, not another one of the student's own.
    assert {row.source for row in session.scalars(select(PrivacyRequest))} == {RequestSource.LETTER}

    for refused in (
        record(session, clock, links, RequestKind.EXPORT),
        record(session, clock, links, RequestKind.ERASURE, address=None),
    ):
        with pytest.raises(Refused):
            privacy_answer.carry_out(session, clock, refused.id)


def test_a_preview_says_what_a_run_removes_and_changes_nothing(
    session: Session, begin: Begin, clock: FrozenClock, links: Links
) -> None:
    assert tuple(retention_run.WORKS) == tuple(WORK_LABELS)
    assert next_run_at(session) is None
    for _ in range(3):
        open_draft(session, clock, links)
    clock.advance(timedelta(days=2))
    open_draft(session, clock, links)
    foreseen = retention_run.preview(session, clock)
    assert {name: number for name, number in foreseen.items() if number} == {"drafts": 3}
    assert session.scalar(select(func.count()).select_from(Draft)) == 4

    assert retention_run.run(begin, clock) == {"drafts": 3}
    assert session.scalar(select(func.count()).select_from(Draft)) == 1
    for _ in range(3):
        clock.advance(timedelta(minutes=15))
        assert retention_run.run(begin, clock) == {}
    runs = list_retention_runs(session, cursor=None).items
    assert [dict(run.removed) for run in runs] == [{}, {"drafts": 3}]
    assert next_run_at(session) == clock.now() + timedelta(minutes=15)
    assert session.scalar(select(func.count()).select_from(RetentionRun)) == 2


def test_what_cannot_be_removed_keeps_nothing_else_from_its_turn(
    session: Session, begin: Begin, clock: FrozenClock, links: Links
) -> None:
    def broken(_session: Session, _clock: object) -> int:
        raise NotFound("A table is gone.")

    open_draft(session, clock, links)
    clock.advance(timedelta(days=2))
    with pytest.raises(NotFound):
        retention_run.run(begin, clock, works={"outbox_events": broken, "drafts": draft.purge})
    assert session.scalar(select(func.count()).select_from(Draft)) == 0
    (run,) = list_retention_runs(session, cursor=None).items
    assert dict(run.removed) == {"drafts": 1}
