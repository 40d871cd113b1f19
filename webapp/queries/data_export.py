"""Everything we hold of one student, as one JSON document (docs/my-data-export.md)."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from webapp.models import (
    Attempt,
    Base,
    Complaint,
    ContactAnswer,
    Delivery,
    Draft,
    DraftStep,
    Feedback,
    FunnelEvent,
    Lead,
    LeadEvent,
    LeadReturn,
    Match,
    Message,
    Partner,
    PendingRequest,
    PrivacyRequest,
    Prospect,
    ProspectKey,
    ResumeLink,
    SharedList,
    ShortlistedProgram,
    Submission,
    Suppression,
)
from webapp.queries.consents import ConsentChain, consent_chain
from webapp.queries.question import answers_of
from webapp.queries.recipients import recipients_of

SCHEMA = "program-match/my-data/1"


def data_export(session: Session, prospect_id: UUID, *, at: datetime) -> dict[str, Any]:
    """The document, with ISO 8601 times in UTC and names as in the tables. `prospect_id` is somebody not erased."""
    prospect = session.get_one(Prospect, prospect_id)
    submission = session.execute(select(Submission).where(Submission.prospect_id == prospect_id)).scalar_one()
    document = {
        "schema": SCHEMA,
        "made_at": at,
        "person": _columns(
            prospect,
            *("first_name", "last_name", "email", "pending_email", "phone", "email_confirmed_at"),
            *("created_at", "updated_at"),
        )
        | {"recognised_by": _recognised_by(session, prospect_id)},
        "form": _form(session, submission.draft_id),
        "request": _columns(
            submission,
            *("id", "created_at", "wants_mail", "gpc", "page", "attribution", "profile"),
            *("engine_version", "weights_version", "catalog_version", "ranked_on", "considered", "excluded"),
        ),
        "matches": _matches(session, submission.id),
        "introductions": _introductions(session, prospect_id),
        "consents": consents_document(consent_chain(session, prospect_id)),
        "mails": _mails(session, prospect_id),
        "mail_stops": _stops(session, prospect),
        "privacy_requests": _privacy_requests(session, prospect),
    }
    return _plain(document)  # type: ignore[no-any-return]  # a dict stays one


def consents_document(chain: ConsentChain) -> dict[str, Any]:
    """The consent records with their digests, and whether they hold. A keyed hash stands for the student."""
    return _plain(  # type: ignore[no-any-return]  # a dict stays one
        {
            "hash": "SHA-256 over the digest before (32 zero bytes before the first) and the record as JSON: "
            "sorted keys, no blanks, UTF-8, times in UTC with microseconds",
            "holds": chain.fault is None,
            "fault": chain.fault.what if chain.fault else None,
            "records": [
                {**asdict(row.record), "prospect_key": row.record.prospect_key.hex(), "digest": row.digest}
                for row in chain.rows
            ],
        }
    )


def _recognised_by(session: Session, prospect_id: UUID) -> list[str]:
    """By which facts the same person is recognised; what is kept of them are keyed hashes."""
    return sorted(session.scalars(select(ProspectKey.kind).where(ProspectKey.prospect_id == prospect_id)))


_HANGS_ON_THE_FORM: tuple[tuple[str, Any, Any, tuple[str, ...]], ...] = (
    ("steps", DraftStep, DraftStep.step, ("step", "shown_at", "saved_at", "saved_last_at", "saves")),
    (
        "not_for_me",
        Feedback,
        Feedback.created_at,
        ("program_id", "reason", "rank", "effect", "created_at", "taken_back_at"),
    ),
    ("shortlist", ShortlistedProgram, ShortlistedProgram.position, ("program_id", "added_at")),
    (
        "shared_lists",
        SharedList,
        SharedList.created_at,
        ("content", "created_at", "expires_at", "revoked_at", "opened_on"),
    ),
    ("resume_links", ResumeLink, ResumeLink.created_at, ("email", "created_at", "expires_at")),
    ("not_sent", PendingRequest, PendingRequest.created_at, ("created_at", "expires_at")),
)
"""Part, table, order, columns. Of what was typed and not sent only the times: it is sealed for one browser."""


def _form(session: Session, draft_id: UUID) -> dict[str, Any]:
    draft = session.get_one(Draft, draft_id)
    told = _columns(draft, "answers", "earlier", "attribution", "created_at", "updated_at", "expires_at")
    for part, table, order, names in _HANGS_ON_THE_FORM:
        rows = session.scalars(select(table).where(table.draft_id == draft_id).order_by(order))
        told[part] = [_columns(row, *names) for row in rows]
    return told


def _matches(session: Session, submission_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Match).where(Match.submission_id == submission_id).order_by(Match.rank))
    names = ("program_id", "rank", "score", "low", "high", "coverage", "band", "verdict")
    return [_columns(row, *names, "contributions", "reasons", "caveats", "gaps") for row in rows]


def _introductions(session: Session, prospect_id: UUID) -> list[dict[str, Any]]:
    sent = {each.lead_id: each for each in recipients_of(session, prospect_id)}
    rows = session.execute(
        select(Lead, Partner.legal_name, Delivery)
        .join(Partner, Partner.id == Lead.partner_id)
        .join(Delivery, Delivery.lead_id == Lead.id)
        .where(Lead.prospect_id == prospect_id)
        .order_by(Lead.created_at, Lead.id)
    ).all()
    answers = answers_of(session, [lead.id for lead, _, _ in rows])
    names = ("id", "program_id", "status", "reason", "test", "channels", "contact_preferences", "grade", "findings")
    times = ("created_at", "undo_until", "delivered_at")
    return [
        {
            **_columns(lead, *names, *times),
            "school": legal_name,
            "answers": [
                {"question_id": each.question_id, "question": each.label, "answer": each.value}
                for each in answers.get(lead.id, ())
            ],
            "timeline": _timeline(session, lead.id),
            "delivery": {
                **_columns(delivery, "webhook_id", "channel", "status", "reason", "sent"),
                "attempts": _attempts(session, delivery.id),
            },
            "told_since": [asdict(each) for each in sent[lead.id].told] if lead.id in sent else [],
            **_said_since(session, lead.id),
        }
        for lead, legal_name, delivery in rows
    ]


def _said_since(session: Session, lead_id: UUID) -> dict[str, Any]:
    """What the school said of the introduction since, what the student answered, and whether it was given back."""
    said = session.scalars(select(FunnelEvent).where(FunnelEvent.lead_id == lead_id).order_by(FunnelEvent.id))
    answer, complaint = session.get(ContactAnswer, lead_id), session.get(Complaint, lead_id)
    returned = session.execute(select(LeadReturn).where(LeadReturn.lead_id == lead_id)).scalar_one_or_none()
    wish = ("reason", "words", "duplicate_on", "status", "requested_at", "decided_at", "decision_words")
    return {
        "school_says": [_columns(row, "at", "status", "happened_on", "source", "correction") for row in said],
        "you_said": _columns(answer, "contacted", "answered_at") if answer else None,
        "complaint": _columns(complaint, "at", "kind") if complaint else None,
        "given_back": _columns(returned, *wish) if returned else None,
    }


def _timeline(session: Session, lead_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(LeadEvent).where(LeadEvent.lead_id == lead_id).order_by(LeadEvent.id))
    return [_columns(row, "at", "from_status", "to_status", "reason") for row in rows]


def _attempts(session: Session, delivery_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.number))
    names = ("number", "started_at", "finished_at", "outcome", "reason", "answer")
    return [{**_columns(row, *names), "posted": (row.request or {}).get("body")} for row in rows]


def _mails(session: Session, prospect_id: UUID) -> list[dict[str, Any]]:
    rows = session.scalars(select(Message).where(Message.prospect_id == prospect_id).order_by(Message.created_at))
    return [
        _columns(row, "template", "message_class", "recipient", "status", "reason", "created_at", "handed_over_at")
        for row in rows
    ]


def _stops(session: Session, prospect: Prospect) -> list[dict[str, Any]]:
    rows = session.scalars(select(Suppression).where(Suppression.email_key == prospect.email_key))
    return [_columns(row, "message_class", "reason", "created_at") for row in rows]


def _privacy_requests(session: Session, prospect: Prospect) -> list[dict[str, Any]]:
    """What was asked of us about their data: on their own page, or by letter, phone or mail under their address."""
    theirs = or_(PrivacyRequest.prospect_id == prospect.id, PrivacyRequest.person == prospect.email_key)
    rows = session.scalars(select(PrivacyRequest).where(theirs).order_by(PrivacyRequest.created_at, PrivacyRequest.id))
    days = ("received_on", "due_on", "extended_at", "extension_words", "carried_out_at", "closed_at")
    return [_columns(row, "kind", "law", "source", "status", "outcome", "note", *days) for row in rows]


def _columns(row: Base, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
