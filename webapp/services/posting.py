"""The document a partner receives for one lead: only what the student allowed, and just what the student was shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.consent import CONSENT_TEXT_VERSION, ConsentKind, ConsentPurpose, introduction_text
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.disclosure import told_background, told_place
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel, in_order
from webapp.domain.profile import Criterion
from webapp.domain.publisher import PUBLISHER
from webapp.domain.question import Answer
from webapp.domain.submission import Contact, Submission
from webapp.domain.wording import reason_sentence
from webapp.models import Consent, Lead, Match, Prospect
from webapp.models import Submission as SubmissionRow
from webapp.queries.offer import Offer
from webapp.queries.question import answers_of

SET_LATER: Final = "(set when it is sent)"
"""Stands in a preview for ids and times, which only the sending makes."""
KEPT_BY_STUDENT: Final = frozenset((Criterion.COST, Criterion.DURATION))
"""Reasons about these would tell a school the student's budget and limits, which are the student's to tell."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What only the sending makes: ids and times, as text."""

    lead_id: str = SET_LATER
    record_id: str = SET_LATER
    record_url: str = SET_LATER
    given_at: str = SET_LATER
    submitted_at: str = SET_LATER
    expires_at: str = SET_LATER


@dataclass(frozen=True, slots=True)
class Posting:
    """Everything the document says, whether read from a request that may yet be sent or from rows."""

    marks: Marks
    test: bool
    program_id: str
    contact: Contact
    profile: Mapping[str, Any]
    band: str
    reasons: Sequence[Mapping[str, Any]]
    channels: tuple[ContactChannel, ...]
    preferences: ContactPreferences
    answers: tuple[Answer, ...]
    legal_entity: str
    text_version: str
    text: str
    attribution: Mapping[str, str]


def preview_of(
    submission: Submission, offer: Offer, answers: tuple[Answer, ...], *, profile: Mapping[str, Any], match: Any
) -> Posting:
    """What `offer`'s partner would get if `submission` were sent now. `match` is in the ranking's JSON form."""
    channels = in_order(submission.channels)
    preferences = submission.preferences.within(channels)
    return Posting(
        marks=Marks(),
        test=offer.test,
        program_id=offer.program_id,
        contact=submission.contact,
        profile=profile,
        band=match["band"],
        reasons=match["reasons"],
        channels=channels,
        preferences=preferences,
        answers=answers,
        legal_entity=offer.legal_name,
        text_version=CONSENT_TEXT_VERSION,
        text=introduction_text(offer.legal_name, offer.program_name, channels, preferences),
        attribution=submission.attribution,
    )


def posting_of(session: Session, lead: Lead, links: Links) -> bytes:
    """The body of the webhook for `lead` as JSON, UTF-8. Key order and values are the same on every attempt."""
    submission = session.get_one(SubmissionRow, lead.submission_id)
    prospect = session.get_one(Prospect, lead.prospect_id)
    match = session.get_one(Match, lead.match_id)
    consent = session.execute(
        select(Consent).where(
            Consent.lead_id == lead.id,
            Consent.kind == ConsentKind.GIVEN,
            Consent.purpose == ConsentPurpose.INTRODUCTION,
        )
    ).scalar_one()
    posting = Posting(
        marks=Marks(
            lead_id=str(lead.id),
            record_id=str(consent.id),
            record_url=links.consent_url(consent.id),
            given_at=consent.at.isoformat(),
            submitted_at=submission.created_at.isoformat(),
            expires_at=lead.expires_at.isoformat(),
        ),
        test=lead.test,
        program_id=lead.program_id,
        contact=Contact(
            prospect.email or "", prospect.first_name or "", prospect.last_name or "", phone=prospect.phone
        ),
        profile=submission.profile,
        band=match.band,
        reasons=match.reasons,
        channels=in_order(ContactChannel(channel) for channel in consent.channels),
        preferences=ContactPreferences.from_json(lead.contact_preferences),
        answers=answers_of(session, [lead.id]).get(lead.id, ()),
        legal_entity=consent.legal_entity,
        text_version=consent.text_version,
        text=consent.text,
        attribution=submission.attribution,
    )
    return body_of(posting)


def get_document(session: Session, lead_id: UUID, links: Links) -> dict[str, Any]:
    """What the partner of a lead would get if it were sent now: with the details as the student has corrected them.

    NotFound when there is no such lead.
    """
    lead = session.get(Lead, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    document: dict[str, Any] = json.loads(posting_of(session, lead, links))
    return document


def body_of(posting: Posting) -> bytes:
    """The document as the bytes that are signed and posted."""
    return json.dumps(document_of(posting), ensure_ascii=False, separators=(",", ":")).encode()


def document_of(posting: Posting) -> dict[str, Any]:
    """The document in the order of the interface. What the database may reorder is sorted, so that bytes stay equal."""
    marks, channels = posting.marks, [channel.value for channel in posting.channels]
    return {
        "lead_id": marks.lead_id,
        "test": posting.test,
        "program_id": posting.program_id,
        "student": _student(posting),
        "background": told_background(posting.profile),
        "match": {"band": posting.band, "reasons": _reasons(posting)},
        "contact_preferences": {"channels": channels, **posting.preferences.to_json()},
        "answers": [
            {"question_id": str(answer.question_id), "question": answer.label, "answer": answer.value}
            for answer in posting.answers
        ],
        "consent": {
            "record_id": marks.record_id,
            "url": marks.record_url,
            "text_version": posting.text_version,
            "text": posting.text,
            "given_at": marks.given_at,
            "channels": channels,
            "legal_entity": posting.legal_entity,
        },
        "source": _sorted({name: told for name, told in posting.attribution.items() if name != PUBLISHER}),
        "submitted_at": marks.submitted_at,
        "expires_at": marks.expires_at,
    }


def _reasons(posting: Posting) -> list[str]:
    return [reason_sentence(reason) for reason in posting.reasons if reason["criterion"] not in KEPT_BY_STUDENT]


def _student(posting: Posting) -> dict[str, Any]:
    contact = posting.contact
    student = {
        "first_name": contact.first_name or None,
        "last_name": contact.last_name or None,
        "email": contact.email or None,
        "city": None,
        **told_place(posting.profile),
    }
    if any(channel.needs_phone for channel in posting.channels):
        student["phone"] = contact.phone
    return student


def _sorted(told: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(told.items()))
