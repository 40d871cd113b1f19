"""What mails to partners about leads and methods say, read from the rows they are about."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.domain.delivery import DeliveryStatus
from webapp.domain.field_map import read_fields
from webapp.domain.links import Links
from webapp.domain.mapped_value import as_text, fill, value_at
from webapp.emails.footer import Footer
from webapp.emails.partner_batch import PartnerBatch
from webapp.emails.partner_lead import PartnerLead
from webapp.emails.partner_method import PartnerMethod
from webapp.models import Delivery, DeliveryBatch, Lead, Message, Partner, PartnerEndpoint, Prospect
from webapp.queries.listing import listings_by_id
from webapp.services.handover import usable_methods
from webapp.services.posting import posting_of
from webapp.services.sample_document import sample_document

_FACTS: Final = (
    ("E-mail", "student.email"),
    ("Phone", "student.phone"),
    ("State", "student.state"),
    ("Postal code", "student.postal_code"),
    ("Country", "student.country"),
    ("Education", "background.education"),
    ("Field of study", "background.field"),
    ("GPA", "background.gpa"),
    ("Years of work", "background.work_years"),
    ("May be contacted by", "contact_preferences.channels"),
    ("At most so many tries", "contact_preferences.max_attempts"),
    ("Time zone", "contact_preferences.time_zone"),
    ("Consent", "consent.text"),
    ("Asked on", "submitted_at"),
)
_NAME: Final = read_fields([{"name": "Name", "computed": "full_name"}])


def lead_address(session: Session, message: Message) -> str | None:
    """Where a lead is mailed to: the address of the method as it stands now; None when it was removed."""
    method = session.get(PartnerEndpoint, UUID(message.about["endpoint_id"]))
    return str(method.config["address"]) if method is not None and method.removed_at is None else None


def partner_lead(session: Session, message: Message, links: Links, footer: Footer) -> PartnerLead | None:
    """The lead, or the link to it, as the method says; None when it was taken back or erased meanwhile."""
    method = session.get_one(PartnerEndpoint, UUID(message.about["endpoint_id"]))
    partner = session.get_one(Partner, method.partner_id)
    if message.lead_id is None:
        document = sample_document(session, links, partner.id, at=message.created_at)
        lead_url = links.partner_methods_url()
    else:
        found = _document(session, message, links)
        if found is None:
            return None
        document, lead_url = found, links.partner_lead_url(message.lead_id)
    listing = listings_by_id(session, [document["program_id"]]).get(document["program_id"])
    open_mail = not method.config.get("link_only", True)
    return PartnerLead(
        footer=footer,
        legal_entity=partner.legal_name,
        lead_id=document["lead_id"],
        program=listing.name if listing else document["program_id"],
        test=document["test"],
        facts=_facts(document) if open_mail else (),
        reasons=tuple(document["match"]["reasons"]) if open_mail else (),
        lead_url=lead_url,
    )


def partner_batch(session: Session, message: Message, links: Links, footer: Footer) -> PartnerBatch:
    """A file is ready."""
    batch = session.get_one(DeliveryBatch, UUID(message.about["batch_id"]))
    partner = session.get_one(Partner, batch.partner_id)
    return PartnerBatch(
        footer=footer,
        legal_entity=partner.legal_name,
        leads=batch.leads,
        due_at=batch.due_at.astimezone(ZoneInfo(partner.time_zone)),
        file_url=links.partner_batch_url(batch.id),
    )


def partner_method(session: Session, message: Message, links: Links, footer: Footer) -> PartnerMethod:
    """A method fails, or was disabled."""
    method = session.get_one(PartnerEndpoint, UUID(message.about["endpoint_id"]))
    others = [each for each in usable_methods(session, method.partner_id) if each.id != method.id]
    return PartnerMethod(
        footer=footer,
        legal_entity=session.get_one(Partner, method.partner_id).legal_name,
        disabled=message.about["news"] == "disabled",
        host=urlsplit(method.url or "").hostname or method.name or method.kind.value.replace("_", " "),
        failures=method.failures_in_row,
        since=method.failing_since,
        goes_on=bool(others),
        methods_url=links.partner_methods_url(),
    )


def _document(session: Session, message: Message, links: Links) -> dict[str, Any] | None:
    lead = session.get_one(Lead, message.lead_id)
    delivery = session.get_one(Delivery, UUID(message.about["delivery_id"]))
    prospect = session.get_one(Prospect, lead.prospect_id)
    if delivery.status is DeliveryStatus.CANCELLED or prospect.erased_at is not None:
        return None
    document: dict[str, Any] = json.loads(posting_of(session, lead, links))
    return document


def _facts(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    told = [(name, as_text(value)) for name, value in fill(_NAME, document).values]
    told += [(label, as_text(value_at(document, path))) for label, path in _FACTS]
    told += [(each["question"], as_text(each["answer"])) for each in document["answers"]]
    return tuple((label, text) for label, text in told if text)
