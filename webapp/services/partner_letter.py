"""What mails to partners say, read from the rows they are about."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.complaint import COMPLAINT_WORDS, ComplaintKind
from webapp.domain.delivery import DeliveryStatus
from webapp.domain.field_map import read_fields
from webapp.domain.links import Links
from webapp.domain.mapped_value import as_text, fill, value_at
from webapp.emails.footer import Footer
from webapp.emails.partner_access import PartnerAccess
from webapp.emails.partner_batch import PartnerBatch
from webapp.emails.partner_lead import PartnerLead
from webapp.emails.partner_lead_withdrawn import PartnerLeadWithdrawn
from webapp.emails.partner_method import PartnerMethod
from webapp.emails.partner_notice import PartnerNotice
from webapp.emails.partner_paused import PartnerPaused
from webapp.emails.status_request import StatusRequest
from webapp.models import (
    Delivery,
    DeliveryBatch,
    Lead,
    Message,
    Partner,
    PartnerAccessLink,
    PartnerAccount,
    PartnerEndpoint,
    Prospect,
    StatusLink,
)
from webapp.models import PartnerNotice as PartnerNoticeRow
from webapp.queries.listing import listings_by_id
from webapp.services.handover import usable_methods
from webapp.services.introduction_letter import lead_and_school
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


def partner_paused(session: Session, message: Message, _: Links, footer: Footer) -> PartnerPaused:
    partner, told = session.get_one(Partner, message.partner_id), message.about
    return PartnerPaused(
        footer=footer,
        legal_entity=partner.legal_name,
        complaints=told["complaints"],
        delivered=told["delivered"],
        days=told["days"],
        percent=told["percent"],
        kinds=tuple(COMPLAINT_WORDS[ComplaintKind(kind)] for kind in told["kinds"]),
        paused_at=message.created_at,
    )


def partner_lead_withdrawn(session: Session, message: Message, _: Links, footer: Footer) -> PartnerLeadWithdrawn:
    lead, listing, partner = lead_and_school(session, message)
    return PartnerLeadWithdrawn(
        footer=footer,
        legal_entity=partner.legal_name,
        lead_id=str(lead.id),
        program_id=lead.program_id,
        program=listing.name if listing else lead.program_id,
        delivered_at=lead.delivered_at or lead.created_at,
        withdrawn_at=message.created_at,
    )


def partner_notice(session: Session, message: Message, links: Links, footer: Footer) -> PartnerNotice:
    lead, listing, partner = lead_and_school(session, message)
    notice = session.get_one(PartnerNoticeRow, UUID(message.about["notice_id"]))
    return PartnerNotice(
        footer=footer,
        kind=notice.kind,
        legal_entity=partner.legal_name,
        lead_id=str(lead.id),
        program_id=lead.program_id,
        program=listing.name if listing else lead.program_id,
        decided_at=notice.created_at,
        acknowledge_url=links.notice_url(notice.id),
    )


def status_request(session: Session, message: Message, links: Links, footer: Footer) -> StatusRequest:
    lead, listing, partner = lead_and_school(session, message)
    link = session.get_one(StatusLink, UUID(message.about["link_id"]))
    return StatusRequest(
        footer=footer,
        legal_entity=partner.legal_name,
        lead_id=str(lead.id),
        program_id=lead.program_id,
        program=listing.name if listing else lead.program_id,
        delivered_at=lead.delivered_at or lead.created_at,
        valid_until=link.expires_at,
        status_url=links.status_url(link.id),
    )


def member_of(session: Session, message: Message) -> str | None:
    """The address a link to set a password goes to; None where nobody has it, or the link was used up meanwhile."""
    return session.execute(
        select(PartnerAccount.email)
        .join(PartnerAccessLink, PartnerAccessLink.account_id == PartnerAccount.id)
        .where(PartnerAccessLink.id == UUID(message.about["access_link_id"]), PartnerAccessLink.used_at.is_(None))
    ).scalar()


def partner_access(session: Session, message: Message, links: Links, footer: Footer) -> PartnerAccess:
    link = session.get_one(PartnerAccessLink, UUID(message.about["access_link_id"]))
    account = session.get_one(PartnerAccount, link.account_id)
    return PartnerAccess(
        footer=footer,
        purpose=link.purpose,
        legal_entity=session.get_one(Partner, account.partner_id).legal_name,
        access_url=links.partner_access_url(link.id),
        expires_at=link.expires_at,
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
