"""Sample leads: an invented student, marked as a test, for partners that try out their systems. Nothing is kept."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.answer_rule import AnswerRule
from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION, introduction_text
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import Body, PostConfig, WebhookConfig, body_for, read_config
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.partner import ContactChannel
from webapp.domain.submission import Contact
from webapp.gateways.webhook import Outcome, WebhookAnswer, WebhookRequest
from webapp.models import Institution, Partner, PartnerEndpoint, PartnerInstitution, Program
from webapp.services import message
from webapp.services.handover import Outside, post
from webapp.services.partner_request import for_log, prepare
from webapp.services.posting import Marks, Posting, document_of
from webapp.services.transaction import Begin

_SPACE = UUID("6f0b3b0e-6d3e-4f0e-9d52-3a1b6f6f5a10")
_PHONE = "+14155550123"
"""Of the numbers kept for fiction (555-0100 to 555-0199)."""
_PROFILE: dict[str, Any] = {
    "background": {"education": "bachelor", "field": "26", "gpa": 3.4, "work_years": 3, "english": "native"},
    "subjects": {"programming": "one_course", "statistics": "several_courses", "calculus": "one_course"},
    "goal": {"occupation": "15-2051"},
    "practical": {"state": "CA", "postal_code": "94110", "country": "US"},
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A test as it went: the request without its secrets, what it came to, and the answer, whose text is hostile."""

    request: dict[str, Any] | None
    outcome: Outcome | None
    answer: WebhookAnswer | None
    problems: tuple[Problem, ...] = ()
    mailed_to: str | None = None


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


def preview(session: Session, links: Links, clock: Clock, partner_id: UUID, kind: Channel, config: Any) -> Body:
    """What a method of `kind` with `config` (JSON form, perhaps not stored yet) would send of a sample lead.

    Refused, fault by fault, when the settings cannot be read. What this lead lacks is in the body's problems.
    """
    document = sample_document(session, links, partner_id, at=clock.now())
    return body_for(kind, read_config(kind, config), document)


def send_sample(begin: Begin, clock: Clock, outside: Outside, method_id: UUID) -> Exchange:
    """Post a sample lead by the method, disabled or not, through the same client as leads, and say how it went.

    A method that mails gets a mail. Nothing is counted and nothing kept. Refused for files and the portal.
    """
    now = clock.now()
    with begin() as session:
        method = session.get(PartnerEndpoint, method_id)
        if method is None or method.removed_at is not None:
            raise NotFound("There is no such delivery method.")
        if method.kind is Channel.EMAIL:
            return _mail(session, method, at=now)
        if not method.kind.posts:
            raise Refused(Problem("method", "sends nothing that could be tried.", "Look at the preview instead."))
        prepared, rules = _prepared(session, method, outside, at=now)
    if prepared[1]:
        return Exchange(for_log(prepared[0]), None, None, prepared[1])
    answered = post(outside.webhook, prepared[0], clock, rules)
    return Exchange(for_log(prepared[0]), answered.outcome, answered.answer)


def _prepared(
    session: Session, method: PartnerEndpoint, outside: Outside, *, at: datetime
) -> tuple[tuple[WebhookRequest, tuple[Problem, ...]], tuple[AnswerRule, ...]]:
    document = sample_document(session, outside.links, method.partner_id, at=at)
    posting = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    # Each test has an id of its own: a receiver that knows the last one would call it a repeat.
    made = prepare(method, document, posting, webhook_id=f"msg_test{new_id().hex}", seal=outside.seal, at=at)
    config = read_config(method.kind, method.config)
    rules = config.answers if isinstance(config, PostConfig | WebhookConfig) else ()
    return (made.request, made.problems), rules


def _mail(session: Session, method: PartnerEndpoint, *, at: datetime) -> Exchange:
    message.queue(
        session,
        key=f"method:{method.id}:sample:{new_id()}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_LEAD,
        at=at,
        partner_id=method.partner_id,
        about={"endpoint_id": str(method.id), "sample": True},
    )
    return Exchange(None, None, None, mailed_to=str(method.config["address"]))
