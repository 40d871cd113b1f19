"""The document of a sample lead: an invented student, marked as a test, in the words of one partner's own leads."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.consent import CONSENT_TEXT_VERSION, introduction_text
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel
from webapp.domain.submission import Contact
from webapp.models import Institution, Partner, PartnerInstitution, Program
from webapp.services.posting import Marks, Posting, document_of

_SPACE = UUID("6f0b3b0e-6d3e-4f0e-9d52-3a1b6f6f5a10")
_PHONE = "+14155550123"
"""Of the numbers kept for fiction (555-0100 to 555-0199)."""
_PROFILE: dict[str, Any] = {
    "background": {"education": "bachelor", "field": "26", "gpa": 3.4, "work_years": 3, "english": "native"},
    "subjects": {"programming": "one_course", "statistics": "several_courses", "calculus": "one_course"},
    "goal": {"occupation": "15-2051"},
    "practical": {"state": "CA", "postal_code": "94110", "country": "US"},
}


def sample_document(session: Session, links: Links, partner_id: UUID, *, at: datetime) -> dict[str, Any]:
    """A whole document as a lead of this partner would have it: its legal name, one of its programs, nobody real.

    `test` is true and `sample` too, which no lead has. NotFound when there is no such partner.
    """
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    program = session.execute(
        select(Program.program_id, Program.name)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
        .join(Institution, Institution.id == Program.institution_id)
        .where(PartnerInstitution.partner_id == partner_id)
        .order_by(Program.program_id)
        .limit(1)
    ).first()
    program_id, name = (program.program_id, program.name) if program else ("sample-program", "Sample program")
    channels = (ContactChannel.EMAIL, ContactChannel.PHONE)
    preferences = ContactPreferences()
    record = uuid5(_SPACE, f"consent:{partner_id}")
    posting = Posting(
        marks=Marks(
            lead_id=str(uuid5(_SPACE, f"lead:{partner_id}")),
            record_id=str(record),
            record_url=links.consent_url(record),
            given_at=at.isoformat(),
            submitted_at=at.isoformat(),
            expires_at=(at + timedelta(days=30)).isoformat(),
        ),
        test=True,
        program_id=program_id,
        contact=Contact("sample.student@student.example", "Sample", "Student", phone=_PHONE),
        profile=_PROFILE,
        band="strong",
        reasons=(),
        channels=channels,
        preferences=preferences,
        answers=(),
        legal_entity=partner.legal_name,
        text_version=CONSENT_TEXT_VERSION,
        text=introduction_text(partner.legal_name, name, channels, preferences),
        attribution={"utm_source": "sample"},
    )
    document = {**document_of(posting), "sample": True}
    document["match"]["reasons"] = ["You want to work as a data scientist; this program leads there. (A sample.)"]
    return document
