"""Erasing: all of one student, nothing of another; and what the law keeps, for as long as it keeps it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.factories.stage import Stage
from webapp.domain.clock import FrozenClock
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.message import MessageClass
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.domain.partner import ContactChannel
from webapp.domain.person import Details
from webapp.gateways.fakes import FakeMail, FakeWebhook, an_answer
from webapp.models import (
    Consent,
    ConsentAnchor,
    ContactAnswer,
    LeadEvent,
    LedgerEntry,
    PartnerNotice,
    Prospect,
    Suppression,
)
from webapp.queries.consents import all_consent_chains
from webapp.services import correction, erasure, funnel, lead_return, retention
from webapp.services.lead_return import Wish
from webapp.services.submission import Stored

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PAGE = "https://match.example/my-data"


@pytest.fixture
def stage(fresh_database_url: str) -> Iterator[Stage]:
    engine = create_engine(fresh_database_url)
    yield Stage(engine, FrozenClock(NOW), FakeWebhook(), FakeMail())
    engine.dispose()


def erase(stage: Stage, asked: Stored) -> None:
    with stage.begin() as session:
        erasure.erase(session, stage.clock, asked.prospect_id, page=PAGE)


def send_off(stage: Stage, asked: Stored) -> None:
    stage.clock.advance(timedelta(minutes=10))
    for lead_id in stage.leads(asked):
        stage.release(lead_id)
        stage.deliver(lead_id)


def everything(stage: Stage) -> str:
    with stage.begin() as session:
        tables = session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        return "\n".join(
            str(row) for table in tables for row in session.execute(text(f'SELECT t::text FROM "{table}" t')).scalars()
        )


def faults(stage: Stage) -> list[object]:
    with stage.begin() as session:
        return [chain.fault for chain in all_consent_chains(session) if chain.fault]


def refused(stage: Stage, table: str) -> None:
    """Deleting is refused, also for a purge that says that it is one."""
    with stage.begin() as session:
        session.execute(text("SET LOCAL program_match.purge = 'on'"))
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(f"DELETE FROM {table}"))
        session.rollback()


def test_what_a_partner_echoed_goes_too_and_another_student_keeps_everything(stage: Stage) -> None:
    schools = stage.schools("Larkspur", "Osprey")
    mine, theirs = stage.request(schools), stage.request(schools, email="bo@student.example")
    echo = b'{"outcome": "rejected", "reason": "Ana Silva, ana@student.example, is under review"}'
    stage.webhook.answer_next(an_answer(200, echo), an_answer(409, b"ana@student.example is known"))
    send_off(stage, mine)
    before = everything(stage)
    assert before.count("ana@student.example") >= 5
    erase(stage, mine)
    erase(stage, mine)
    after = everything(stage)
    assert "ana@student.example" not in after
    assert "Ana Silva" not in after
    assert before.count("bo@student.example") == after.count("bo@student.example") == 1
    assert stage.one(Prospect, id=theirs.prospect_id).first_name == "Ana"
    assert len(stage.leads(theirs)) == 2
    assert {each.kind for each in stage.all(PartnerNotice)} == {NoticeKind.ERASED}
    assert len(stage.all(PartnerNotice)) == 2  # also the one that refused: it got the details all the same
    assert faults(stage) == []


def test_words_about_a_return_and_the_students_own_answer_go_and_what_is_owed_stays(stage: Stage) -> None:
    school = stage.schools("Larkspur")[0]
    mine = stage.request([school])
    send_off(stage, mine)
    (lead_id,) = stage.leads(mine)
    with stage.begin() as session:
        wish = Wish(ReturnReason.OTHER, "Ana Silva says that she is Axolotl Ann.")
        made = lead_return.request(session, stage.clock, lead_id, partner_id=school.partner_id, wish=wish, actor="p")
        funnel.answer(session, stage.clock, prospect_id=mine.prospect_id, lead_id=lead_id, contacted=True)
    assert "Axolotl" in everything(stage)
    erase(stage, mine)
    assert "Axolotl" not in everything(stage)
    assert stage.all(ContactAnswer) == []
    with stage.begin() as session:
        lead_return.approve(session, stage.clock, made, actor="ada", words="Axolotl Ann it is.")
    assert "Axolotl" not in everything(stage)
    assert [each.amount_cents for each in stage.all(LedgerEntry)] == [4500, -4500]


def test_only_the_keyed_hash_and_the_records_stay(stage: Stage) -> None:
    asked = stage.request(stage.schools("Larkspur"))
    key = stage.one(Prospect, id=asked.prospect_id).email_key
    erase(stage, asked)
    kept = stage.one(Suppression)
    assert (kept.email_key, kept.message_class) == (key, MessageClass.FOLLOW_UP)
    assert [each.kind for each in stage.all(Consent)] == ["given", "given", "withdrawn", "withdrawn"]
    assert {each.prospect_key for each in stage.all(Consent)} == {key}
    with stage.begin() as session:
        row = session.execute(
            text(
                "SELECT s.profile, s.attribution, d.answers, d.expires_at <= :now AS is_over "
                "FROM submissions s JOIN drafts d ON d.id = s.draft_id"
            ),
            {"now": stage.clock.now()},
        ).one()
    assert tuple(row) == ({}, {}, {}, True)
    stage.send_mails()
    assert stage.mail.sent == []


def test_a_form_behind_two_requests_goes_with_the_last_of_them(stage: Stage) -> None:
    schools = stage.schools("Larkspur")
    first = stage.request(schools)
    with stage.begin() as session:
        session.execute(text('UPDATE drafts SET answers = \'{"goal": {"words": "zebrafish"}}\''))
        draft_id = session.execute(text("SELECT draft_id FROM submissions")).scalar_one()
    second = stage.request(schools, email="second@student.example", draft_id=draft_id)
    erase(stage, first)
    assert "zebrafish" in everything(stage)
    erase(stage, second)
    assert "zebrafish" not in everything(stage)


def test_a_correction_that_waits_is_not_sent_after_an_erasure(stage: Stage) -> None:
    asked = stage.request(stage.schools("Larkspur"))
    send_off(stage, asked)
    with stage.begin() as session:
        correction.correct(session, stage.clock, stage.links, asked.prospect_id, Details("Anna", "Silva", None))
    erase(stage, asked)
    stage.tell()
    kinds = {each.kind: each.status for each in stage.all(PartnerNotice)}
    assert kinds == {NoticeKind.CORRECTED: NoticeStatus.CANCELLED, NoticeKind.ERASED: NoticeStatus.TOLD}
    assert b"Anna" not in stage.webhook.posted[-1].body


@pytest.mark.parametrize("phoned", [False, True])
def test_a_school_is_sent_only_those_corrections_that_it_may_have(stage: Stage, phoned: bool) -> None:
    channels = frozenset({ContactChannel.EMAIL, *({ContactChannel.PHONE} if phoned else ())})
    asked = stage.request(stage.schools("Larkspur"), phone="+14155550100", channels=channels)
    held = stage.request(stage.schools("Osprey"), email="other@student.example")
    send_off(stage, asked)
    for prospect_id in (asked.prospect_id, held.prospect_id):
        with stage.begin() as session:
            changed = correction.correct(
                session, stage.clock, stage.links, prospect_id, Details("Ana", "Silva", "+14155550111")
            )
        assert changed == ("phone",)
    stage.tell()
    told = [request.body for request in stage.webhook.posted if b'"type":"lead.corrected"' in request.body]
    assert [b"+14155550111" in body for body in told] == ([True] if phoned else [])


def test_words_of_a_timeline_are_blanked_only_when_their_student_was_erased(stage: Stage) -> None:
    mine, theirs = stage.request(stage.schools("Larkspur")), stage.request(stage.schools("Osprey"))
    erase(stage, mine)
    mine_id, theirs_id = stage.leads(mine)[0], stage.leads(theirs)[0]
    for lead_id, change in (
        (theirs_id, "reason = 'erased', detail = '{}'"),
        (mine_id, "reason = 'delivered'"),
        (mine_id, "reason = 'erased', to_status = 'delivered'"),
        (mine_id, "reason = 'erased', at = now()"),
        (mine_id, "detail = '{\"more\": 1}'"),
    ):
        with pytest.raises(DBAPIError, match="append-only"), stage.begin() as session:
            session.execute(text(f"UPDATE lead_events SET {change} WHERE lead_id = :id"), {"id": lead_id})
    refused(stage, "lead_events")
    assert {each.to_status for each in stage.all(LeadEvent)} == {LeadStatus.UNDO_WINDOW, LeadStatus.WITHDRAWN}


def test_records_go_after_five_years_and_not_a_day_before(stage: Stage) -> None:
    schools = stage.schools("Larkspur")
    stage.clock.at = NOW - timedelta(days=6 * 365)
    old = stage.request(schools, email="old@student.example")
    stage.clock.at = NOW - timedelta(days=5 * 365 - 2)
    young = stage.request(schools, email="young@student.example")
    stage.clock.at = NOW
    with stage.begin() as session:
        assert retention.purge(session, stage.clock) == 1
    with stage.begin() as session:
        assert retention.purge(session, stage.clock) == 0
    assert {each.prospect_id for each in stage.all(Consent)} == {young.prospect_id}
    assert {each.prospect_id for each in stage.all(ConsentAnchor)} == {young.prospect_id}
    gone = stage.one(Prospect, id=old.prospect_id)
    assert (gone.email, gone.erased_at, gone.consents_purged_at) == (None, NOW, NOW)
    assert "old@student.example" not in everything(stage)
    assert faults(stage) == []  # a lawful purge is no loss


def test_no_purge_takes_a_young_record(stage: Stage) -> None:
    stage.request(stage.schools("Larkspur"))
    refused(stage, "consents")


def test_an_answer_that_comes_in_after_the_erasure_is_not_kept(stage: Stage) -> None:
    asked = stage.request(stage.schools("Larkspur"))

    class Slow(FakeWebhook):
        def post(self, request: object) -> object:  # type: ignore[override]  # what it returns is what the base returns
            erase(stage, asked)
            return an_answer(200, b"thank you, ana@student.example")

    stage.webhook = Slow()
    send_off(stage, asked)
    assert "ana@student.example" not in everything(stage)
    assert stage.one(PartnerNotice).kind is NoticeKind.ERASED
