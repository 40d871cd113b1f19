"""What we hold of one student and who was given it: the rows of the my-data page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.finding import to_correct
from webapp.domain.ids import token_hash
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.question import Answer
from webapp.models import (
    Complaint,
    Consent,
    Institution,
    Lead,
    LeadEvent,
    Message,
    Partner,
    Program,
    Prospect,
    Submission,
    Suppression,
)
from webapp.queries.deliveries import next_retry
from webapp.queries.funnel import Reached, reached_by
from webapp.queries.question import answers_of


@dataclass(frozen=True, slots=True)
class Person:
    """Who the student said they are. `pending_email` is a new address that waits to be confirmed."""

    prospect_id: UUID
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    pending_email: str | None


@dataclass(frozen=True, slots=True)
class LeadStep:
    """One step in the life of an introduction. `until` is how long it was to be held.

    `told` is what the school takes, where its filter decided, or what was seen in the student's details.
    """

    at: datetime
    status: LeadStatus
    reason: str
    until: datetime | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One record: what was allowed or taken back, in which words, when."""

    record_id: UUID
    lead_id: UUID | None
    kind: ConsentKind
    purpose: ConsentPurpose
    legal_entity: str
    channels: tuple[str, ...]
    text: str
    text_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Introduction:
    """One introduction: to whom, about what, where it stands; and whether school and student say they are in touch.

    `retry_at` is the next try after one that failed.
    """

    lead_id: UUID
    legal_name: str
    program_name: str
    institution: str
    status: LeadStatus
    reason: str | None
    channels: tuple[str, ...]
    preferences: ContactPreferences
    answers: tuple[Answer, ...]
    test: bool
    created_at: datetime
    undo_until: datetime
    expires_at: datetime
    due_at: datetime | None
    delivered_at: datetime | None
    steps: tuple[LeadStep, ...]
    consent: GivenConsent | None
    reached: Reached | None = None
    complained_at: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of ours to the student."""

    template: Template
    status: MessageStatus
    created_at: datetime
    handed_over_at: datetime | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MyData:
    """All of it. `draft_id` finds the results page again; `mail_stopped` says that lists are mailed no more."""

    person: Person
    draft_id: UUID
    asked_at: datetime
    wants_mail: bool
    gpc: bool
    mail_stopped: bool
    introductions: tuple[Introduction, ...]
    mails: tuple[Mail, ...]
    consents: tuple[GivenConsent, ...]


def find_person(session: Session, token: str) -> Person | None:
    """The student whose my-data link this is; None for a wrong link and for somebody who was erased."""
    row = session.execute(
        select(
            Prospect.id,
            Prospect.first_name,
            Prospect.last_name,
            Prospect.email,
            Prospect.phone,
            Prospect.pending_email,
        ).where(Prospect.data_hash == token_hash(token), Prospect.erased_at.is_(None))
    ).first()
    return None if row is None else Person(*row)


def opens_a_page(session: Session, token: str) -> bool:
    """Whether a my-data link leads to a page, or to the receipt of an erasure; False once it was replaced."""
    return bool(session.execute(select(exists().where(Prospect.data_hash == token_hash(token)))).scalar())


def find_my_data(session: Session, token: str) -> MyData | None:
    """What the my-data page shows; None where `find_person` is None."""
    person = find_person(session, token)
    if person is None:
        return None
    asked = session.execute(
        select(Submission.draft_id, Submission.created_at, Submission.wants_mail, Submission.gpc).where(
            Submission.prospect_id == person.prospect_id
        )
    ).one()
    consents = _consents(session, person.prospect_id)
    return MyData(
        person=person,
        draft_id=asked.draft_id,
        asked_at=asked.created_at,
        wants_mail=asked.wants_mail,
        gpc=asked.gpc,
        mail_stopped=_is_mail_stopped(session, person.prospect_id),
        introductions=_introductions(session, person.prospect_id, consents),
        mails=_mails(session, person.prospect_id),
        consents=consents,
    )


def count_requests(session: Session, email_key: bytes, *, since: datetime) -> int:
    """How many requests named this address, under its keyed hash, since a moment."""
    return session.execute(
        select(func.count())
        .select_from(Submission)
        .join(Prospect, Prospect.id == Submission.prospect_id)
        .where(Prospect.email_key == email_key, Submission.created_at > since)
    ).scalar_one()


def _consents(session: Session, prospect_id: UUID) -> tuple[GivenConsent, ...]:
    rows = session.execute(
        select(
            Consent.id,
            Consent.lead_id,
            Consent.kind,
            Consent.purpose,
            Consent.legal_entity,
            Consent.channels,
            Consent.text,
            Consent.text_version,
            Consent.at,
        )
        .where(Consent.prospect_id == prospect_id)
        .order_by(Consent.sequence)
    )
    return tuple(GivenConsent(row[0], *row[1:5], tuple(row.channels), *row[6:]) for row in rows)


def _introductions(session: Session, prospect_id: UUID, consents: Sequence[GivenConsent]) -> tuple[Introduction, ...]:
    rows = session.execute(
        select(
            Lead,
            Partner.legal_name,
            Program.name,
            Institution.name.label("institution"),
            next_retry().label("retry_at"),
            Complaint.at.label("complained_at"),
        )
        .outerjoin(Complaint, Complaint.lead_id == Lead.id)
        .join(Partner, Partner.id == Lead.partner_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .outerjoin(Institution, Institution.id == Program.institution_id)
        .where(Lead.prospect_id == prospect_id)
        .order_by(Lead.created_at, Lead.id)
    ).all()
    lead_ids = [row.Lead.id for row in rows]
    steps, answers = _steps(session, lead_ids), answers_of(session, lead_ids)
    reached = reached_by(session, lead_ids)
    given = {each.lead_id: each for each in consents if each.kind is ConsentKind.GIVEN}
    return tuple(
        _introduction(
            row,
            tuple(steps.get(row.Lead.id, ())),
            answers.get(row.Lead.id, ()),
            given.get(row.Lead.id),
            reached.get(row.Lead.id),
        )
        for row in rows
    )


def _introduction(
    row: Any,
    steps: tuple[LeadStep, ...],
    answers: tuple[Answer, ...],
    consent: GivenConsent | None,
    reached: Reached | None,
) -> Introduction:
    lead: Lead = row.Lead
    return Introduction(
        lead_id=lead.id,
        legal_name=row.legal_name,
        program_name=row.name or lead.program_id,
        institution=row.institution or row.legal_name,
        status=lead.status,
        reason=lead.reason,
        channels=tuple(lead.channels),
        preferences=ContactPreferences.from_json(lead.contact_preferences),
        answers=answers,
        test=lead.test,
        created_at=lead.created_at,
        undo_until=lead.undo_until,
        expires_at=lead.expires_at,
        due_at=lead.due_at,
        delivered_at=lead.delivered_at,
        steps=steps,
        consent=consent,
        reached=reached,
        complained_at=row.complained_at,
        retry_at=row.retry_at,
    )


def _steps(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, list[LeadStep]]:
    found: dict[UUID, list[LeadStep]] = {}
    rows = session.execute(
        select(LeadEvent.lead_id, LeadEvent.at, LeadEvent.to_status, LeadEvent.reason, LeadEvent.detail)
        .where(LeadEvent.lead_id.in_(lead_ids))
        .order_by(LeadEvent.id)
    )
    for row in rows:
        until = datetime.fromisoformat(row.detail["until"]) if "until" in row.detail else None
        told = (*row.detail.get("wanted", ()), *to_correct(row.detail.get("findings", ())))
        found.setdefault(row.lead_id, []).append(LeadStep(row.at, LeadStatus(row.to_status), row.reason, until, told))
    return found


def _mails(session: Session, prospect_id: UUID) -> tuple[Mail, ...]:
    rows = session.execute(
        select(Message.template, Message.status, Message.created_at, Message.handed_over_at, Message.reason)
        .where(Message.prospect_id == prospect_id)
        .order_by(Message.created_at, Message.id)
    )
    return tuple(Mail(*row) for row in rows)


def _is_mail_stopped(session: Session, prospect_id: UUID) -> bool:
    row = session.execute(
        select(Suppression.id)
        .join(Prospect, Prospect.email_key == Suppression.email_key)
        .where(Prospect.id == prospect_id, Suppression.message_class == MessageClass.MATCHES)
    ).first()
    return row is not None
