"""A letter: who gets a message and what it says, read from the rows the message is about."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from webapp.domain.links import Links
from webapp.domain.message import Template
from webapp.domain.return_path import return_path
from webapp.emails.footer import Footer
from webapp.emails.renderer import render
from webapp.gateways.mail import Mailbox, OutgoingMail
from webapp.models import Message, Partner, Prospect, ResumeLink
from webapp.services import follow_up_letter, partner_letter, staff_letter, student_letter
from webapp.services.matched_letter import matched_programs
from webapp.services.partner_letter import lead_address, member_of
from webapp.services.staff_letter import invited_staff, owner_of_account, staff_address
from webapp.services.student_letter import waiting_for_confirmation

SITE_NAME: Final = "Program Match"
FEEDBACK_NAME: Final = "program-match"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who our mail is from, and the postal address that commercial mail must carry (16 CFR 316.5)."""

    address: str
    postal_address: str
    reply_to: str = ""
    """Where an answer goes; blank: to `address`."""
    return_domain: str = ""
    """The domain of envelope senders, where reports of mail servers come to; blank: that of `address`."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Letter:
    """`compose` renders the mail; it needs no connection."""

    recipient: str
    compose: Callable[[], OutgoingMail]


def letters_for(session: Session, messages: Sequence[Message], links: Links, sender: Sender) -> dict[UUID, Letter]:
    """The letters of `messages`, by their ids; one whose recipient or subject is gone is left out."""
    # Held here, so that looking each up by its id below asks the database nothing.
    prospects = _prospects_of(session, messages)
    found = {message.id: _recipient(session, message, links, sender) for message in messages}
    readable = [message for message in messages if found[message.id][0] is not None]
    footers = {message.id: found[message.id][1] for message in readable}
    contexts = _contexts(session, readable, links, footers)
    del prospects
    return {
        message.id: _letter(message, found[message.id][0] or "", footers[message.id], contexts[message.id], sender)
        for message in readable
        if contexts.get(message.id) is not None
    }


def _prospects_of(session: Session, messages: Sequence[Message]) -> Sequence[Prospect]:
    ids = {message.prospect_id for message in messages if message.prospect_id is not None}
    return (
        session.scalars(select(Prospect).where(Prospect.id == any_(literal(list(ids), ARRAY(Uuid))))).all()
        if ids
        else ()
    )


def _contexts(
    session: Session, messages: Sequence[Message], links: Links, footers: Mapping[UUID, Footer]
) -> dict[UUID, Any]:
    """What each mail says. The mail there is most of is read for all at once."""
    matched = [message for message in messages if message.template is Template.MATCHED_PROGRAMS]
    contexts: dict[UUID, Any] = dict(matched_programs(session, matched, links, footers)) if matched else {}
    for message in messages:
        if message.template is not Template.MATCHED_PROGRAMS:
            contexts[message.id] = _CONTEXTS[message.template](session, message, links, footers[message.id])
    return contexts


def _letter(message: Message, recipient: str, footer: Footer, context: Any, sender: Sender) -> Letter:
    template, message_id = message.template, f"<{message.id}@{sender.domain}>"
    headers = _headers(message, sender, footer)
    envelope_from = return_path(message.return_token, sender.return_domain or sender.domain)

    def compose() -> OutgoingMail:
        rendered = render(template, context)
        return OutgoingMail(
            sender=Mailbox(SITE_NAME, sender.address),
            recipient=recipient,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            message_id=message_id,
            headers=headers,
            envelope_from=envelope_from,
        )

    return Letter(recipient, compose)


def _headers(message: Message, sender: Sender, footer: Footer) -> dict[str, str]:
    """What tells machines what kind of mail it is (RFC 3834) and where to stop it with one click (RFC 8058).

    Feedback-ID is what large providers break their figures down by: template, version and class, never a person.
    """
    headers = {
        "Reply-To": sender.reply_to or sender.address,
        "Auto-Submitted": "auto-generated",
        "Feedback-ID": f"{message.template}:{message.template_version}:{message.message_class}:{FEEDBACK_NAME}",
    }
    if message.message_class.can_be_stopped:
        headers["List-Unsubscribe"] = f"<{footer.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _recipient(session: Session, message: Message, links: Links, sender: Sender) -> tuple[str | None, Footer]:
    if message.template is Template.RESUME_LINK:
        link = session.get(ResumeLink, message.resume_link_id) if message.resume_link_id else None
        return link.email if link else None, Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.PARTNER_LEAD:
        return lead_address(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.PARTNER_ACCESS:
        return member_of(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.STAFF_ACCESS:
        return invited_staff(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.ACCOUNT_NEWS:
        return owner_of_account(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.STAFF_ALERT:
        return staff_address(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.prospect_id is None:
        partner = session.get_one(Partner, message.partner_id)
        return partner.contact_email, Footer(SITE_NAME, links.base_url, sender.postal_address)
    prospect = session.get_one(Prospect, message.prospect_id)
    if message.template is Template.ADDRESS_CHANGE:
        return message.recipient, Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.CONFIRM_ADDRESS:
        # Whoever reads there may be a stranger: no way into anybody's page goes along.
        return prospect.pending_email, Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.CONFIRM_INTRODUCTIONS:
        # Here too: until it is confirmed, the address may be anybody's.
        waits = bool(waiting_for_confirmation(session, prospect.id))
        return prospect.email if waits else None, Footer(SITE_NAME, links.base_url, sender.postal_address)
    footer = Footer(
        site_name=SITE_NAME,
        site_url=links.base_url,
        postal_address=sender.postal_address,
        my_data_url=links.my_data_url(prospect.id, prospect.token_version),
        unsubscribe_url=unsubscribe_url(message, links),
    )
    return prospect.email, footer


def unsubscribe_url(message: Message, links: Links) -> str:
    """Where the reader stops mail like this one; blank where it cannot be stopped, since it was asked for."""
    can_be_stopped = message.message_class.can_be_stopped
    return links.unsubscribe_url(message.id, message.message_class) if can_be_stopped else ""


_CONTEXTS: dict[Template, Callable[[Session, Message, Links, Footer], Any]] = {
    Template.INTRODUCTIONS_OPENED: student_letter.receipt,
    Template.INTRODUCTION_UPDATE: student_letter.introduction_update,
    Template.PARTNER_LEAD_WITHDRAWN: partner_letter.partner_lead_withdrawn,
    Template.RESUME_LINK: student_letter.resume_link,
    Template.PARTNER_NOTICE: partner_letter.partner_notice,
    Template.STATUS_REQUEST: partner_letter.status_request,
    Template.PARTNER_LEAD: partner_letter.partner_lead,
    Template.PARTNER_BATCH: partner_letter.partner_batch,
    Template.PARTNER_METHOD: partner_letter.partner_method,
    Template.PARTNER_ACCESS: partner_letter.partner_access,
    Template.MY_DATA_LINKS: student_letter.my_data_links,
    Template.CONFIRM_ADDRESS: student_letter.confirm_address,
    Template.ADDRESS_CHANGE: student_letter.address_change,
    Template.CONFIRM_INTRODUCTIONS: student_letter.confirm_introductions,
    Template.PARTNER_PAUSED: partner_letter.partner_paused,
    Template.STAFF_ALERT: staff_letter.staff_alert,
    Template.STAFF_ACCESS: staff_letter.staff_access,
    Template.ACCOUNT_NEWS: staff_letter.account_news,
    Template.CONTACT_QUESTION: follow_up_letter.contact_question,
    Template.LISTING_CHANGED: follow_up_letter.listing_changed,
}
