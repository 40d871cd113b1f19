"""The document a partner receives for one lead: only what the student allowed."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.domain.wording import reason_sentence
from webapp.models import Consent, Lead, Match, Prospect, Submission

MAX_CONTACT_ATTEMPTS = 3


def posting_of(session: Session, lead: Lead, links: Links) -> bytes:
    """The body of the webhook for `lead` as JSON, UTF-8. Key order and values are the same on every attempt."""
    submission = session.get_one(Submission, lead.submission_id)
    prospect = session.get_one(Prospect, lead.prospect_id)
    match = session.get_one(Match, lead.match_id)
    consent = session.execute(
        select(Consent).where(
            Consent.lead_id == lead.id,
            Consent.kind == ConsentKind.GIVEN,
            Consent.purpose == ConsentPurpose.INTRODUCTION,
        )
    ).scalar_one()
    document = {
        "lead_id": str(lead.id),
        "test": lead.test,
        "program_id": lead.program_id,
        "student": _student(prospect, submission.profile, lead.channels),
        "background": _background(submission.profile),
        "match": {"band": match.band, "reasons": [reason_sentence(reason) for reason in match.reasons]},
        "contact_preferences": {
            "channels": list(lead.channels),
            "hours": None,
            "time_zone": None,
            "language": "en",
            "max_attempts": MAX_CONTACT_ATTEMPTS,
        },
        "consent": {
            "record_id": str(consent.id),
            "url": links.consent_url(consent.id),
            "text_version": consent.text_version,
            "text": consent.text,
            "given_at": consent.at.isoformat(),
            "channels": list(consent.channels),
            "legal_entity": consent.legal_entity,
        },
        "source": dict(submission.attribution),
        "submitted_at": submission.created_at.isoformat(),
        "expires_at": lead.expires_at.isoformat(),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _background(profile: Mapping[str, Any]) -> dict[str, Any]:
    """What a school needs to advise on admission. Budget, limits and priorities stay with us."""
    more = {part: profile[part] for part in ("subjects", "goal") if part in profile}
    return {**profile.get("background", {}), **more}


def _student(prospect: Prospect, profile: Mapping[str, Any], channels: list[str]) -> dict[str, Any]:
    place = profile.get("practical", {})
    student = {
        "first_name": prospect.first_name,
        "last_name": prospect.last_name,
        "email": prospect.email,
        "city": None,
        "state": place.get("state"),
        "postal_code": place.get("postal_code"),
        "country": place.get("country"),
    }
    if any(ContactChannel(channel).needs_phone for channel in channels):
        student["phone"] = prospect.phone
    return student
