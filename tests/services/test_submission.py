"""One transaction holds everything a student asked for."""

from collections.abc import Sequence

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.submission import copies
from tests.factories.request import open_draft, submit_request
from tests.factories.school import make_school
from webapp.domain.clock import FrozenClock
from webapp.domain.consent import ChainEnd, ConsentKind, ConsentPurpose, ConsentRecord, first_fault
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.errors import Refused
from webapp.domain.events import EventKind
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageStatus, Template
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.gateways.sealing import Seal
from webapp.models import Base, Consent, Delivery, Lead, Match, Message, OutboxEvent, Prospect, Submission


def test_a_submission_stores_everything_at_once(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Osprey", "Thistle")]
    stored = submit_request(session, clock, links, schools, ticked=schools[:2])

    assert stored.is_new
    prospect = session.get_one(Prospect, stored.prospect_id)
    assert (prospect.email, prospect.first_name) == ("ana@student.example", "Ana")
    assert session.scalar(select(func.count()).select_from(Match)) == 3
    leads = session.scalars(select(Lead).order_by(Lead.program_id)).all()
    assert [lead.program_id for lead in leads] == ["test-larkspur-ms", "test-osprey-ms"]
    assert {lead.status for lead in leads} == {LeadStatus.UNDO_WINDOW}
    assert {lead.undo_until for lead in leads} == {clock.now() + (leads[0].undo_until - clock.now())}
    deliveries = session.scalars(select(Delivery)).all()
    assert {delivery.status for delivery in deliveries} == {DeliveryStatus.WAITING}
    assert all(delivery.endpoint_id for delivery in deliveries)
    [mail] = session.scalars(select(Message)).all()
    assert (mail.template, mail.status) == (Template.MATCHED_PROGRAMS, MessageStatus.PENDING)
    events = session.execute(select(OutboxEvent.kind, OutboxEvent.subject_id, OutboxEvent.due_at)).all()
    assert {(event.kind, event.subject_id) for event in events} == {
        (EventKind.MESSAGE_DUE, mail.id),
        *((EventKind.LEAD_DUE, lead.id) for lead in leads),
    }
    assert all(event.due_at == leads[0].undo_until for event in events if event.kind is EventKind.LEAD_DUE)


def test_consent_is_written_in_the_words_shown_and_chained(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Osprey")]
    stored = submit_request(session, clock, links, schools, channels=frozenset({ContactChannel.EMAIL}))

    rows = session.scalars(
        select(Consent).where(Consent.prospect_id == stored.prospect_id).order_by(Consent.sequence)
    ).all()
    assert [row.purpose for row in rows] == [
        ConsentPurpose.MATCHES_BY_MAIL,
        ConsentPurpose.INTRODUCTION,
        ConsentPurpose.INTRODUCTION,
    ]
    assert rows[1].legal_entity == "Larkspur Institute, Inc."
    assert rows[1].legal_entity in rows[1].text
    assert "Master of Data Science at Larkspur" in rows[1].text
    end = ChainEnd(len(rows), rows[-1].digest)
    assert first_fault(_chain(rows), end) is None
    edited = [row if row.sequence != 2 else _with_text(row, "I agree to everything.") for row in rows]
    fault = first_fault(_chain(edited), end)
    assert fault is not None
    assert fault.record_id == rows[1].id
    session.expunge_all()


def test_the_same_nonce_is_the_same_submission(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    school = make_school(session, seal)
    first = submit_request(session, clock, links, [school], nonce="n" * 43)
    again = submit_request(session, clock, links, [school], nonce="n" * 43)

    assert again.submission_id == first.submission_id
    assert (first.is_new, again.is_new) == (True, False)
    for table in (Submission, Lead, Message, Prospect):
        assert session.scalar(select(func.count()).select_from(table)) == 1


def test_somebody_elses_address_does_not_change_what_they_said(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    first = submit_request(session, clock, links, [school])
    second = submit_request(session, clock, links, [school], phone="+14155550100")

    assert first.prospect_id != second.prospect_id
    assert session.get_one(Prospect, first.prospect_id).phone is None
    keys = session.scalars(select(Prospect.email_key)).all()
    assert len(set(keys)) == 1


def test_a_school_that_is_not_on_the_list_is_refused(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    listed, other = make_school(session, seal, name="Larkspur"), make_school(session, seal, name="Osprey")
    with pytest.raises(Refused, match="no longer on it"):
        submit_request(session, clock, links, [listed], ticked=[other])
    assert session.scalar(select(func.count()).select_from(Lead)) == 0


def test_asking_for_nothing_is_refused(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    school = make_school(session, seal)
    with pytest.raises(Refused, match="Nothing was asked for"):
        submit_request(session, clock, links, [school], wants_mail=False, ticked=[])


def test_introductions_without_a_way_to_reach_the_student_are_refused(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    with pytest.raises(Refused, match="No way to reach you"):
        submit_request(session, clock, links, [school], channels=frozenset())


def test_introductions_of_somebody_who_did_not_say_to_be_an_adult_are_refused(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal)
    with pytest.raises(Refused, match="18 or older"):
        submit_request(session, clock, links, [school], adult=False)
    assert session.scalar(select(func.count()).select_from(Lead)) == 0
    assert submit_request(session, clock, links, [school], ticked=[], adult=False).is_new


def test_a_partner_in_test_mode_gets_leads_marked_as_test(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    school = make_school(session, seal, status=PartnerStatus.TEST)
    submit_request(session, clock, links, [school])
    assert session.scalars(select(Lead.test)).all() == [True]


def test_an_ended_partner_cannot_be_ticked(session: Session, clock: FrozenClock, links: Links, seal: Seal) -> None:
    school = make_school(session, seal, status=PartnerStatus.ENDED)
    with pytest.raises(Refused):
        submit_request(session, clock, links, [school])


def _chain(rows: Sequence[Consent]) -> list[tuple[ConsentRecord, bytes]]:
    return [
        (
            ConsentRecord(
                record_id=row.id,
                sequence=row.sequence,
                prospect_key=row.prospect_key,
                kind=ConsentKind(row.kind),
                purpose=ConsentPurpose(row.purpose),
                legal_entity=row.legal_entity,
                program_id=row.program_id,
                channels=tuple(row.channels),
                text_version=row.text_version,
                text=row.text,
                page=row.page,
                at=row.at,
                contact_preferences=row.contact_preferences,
            ),
            row.digest,
        )
        for row in rows
    ]


def _with_text(row: Consent, text: str) -> Consent:
    values = {column.key: getattr(row, column.key) for column in Consent.__table__.columns}
    return Consent(**{**values, "text": text})


def test_the_benchmark_copies_all_that_a_submission_writes(
    session: Session, clock: FrozenClock, links: Links, seal: Seal
) -> None:
    """So that what it compares stays the same: each row in each table it touched, once more, under fresh ids."""
    schools = [make_school(session, seal, name=name) for name in ("Larkspur", "Osprey", "Thistle")]
    draft_id = open_draft(session, clock, links)
    before = _counts(session)
    stored = submit_request(session, clock, links, schools, ticked=schools[:2], draft_id=draft_id)
    after = _counts(session)
    rows = list(copies(session, stored.submission_id))
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    with connection.cursor() as cursor:
        for statement, parameters in rows:
            cursor.executemany(statement, parameters)
    added = {name: after[name] - before[name] for name in after}
    again = {name: count - after[name] for name, count in _counts(session).items()}
    assert added["prospects"] == 1
    assert again == added


def _counts(session: Session) -> dict[str, int]:
    return {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }
