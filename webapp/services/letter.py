"""A letter: who gets a message and what it says, read from the rows the message is about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.complaint import COMPLAINT_WORDS, ComplaintKind
from webapp.domain.finding import to_correct
from webapp.domain.ids import token_hash
from webapp.domain.lead import AWAITING_CONFIRMATION, LEAD_LIFECYCLE, LeadStatus
from webapp.domain.link_request import ADDRESS_CONFIRMATION_TIME
from webapp.domain.links import Links
from webapp.domain.listing import Listing
from webapp.domain.listing_words import length, price, starts, teaching
from webapp.domain.message import Template
from webapp.domain.wording import caveat_sentence, gap_sentence, reason_sentence, verdict_label, verdict_sentence
from webapp.emails.address_change import AddressChange
from webapp.emails.confirm_address import ConfirmAddress
from webapp.emails.confirm_introductions import ConfirmIntroductions
from webapp.emails.footer import Footer
from webapp.emails.introduction_update import IntroductionNews, IntroductionUpdate
from webapp.emails.introductions_opened import IntroductionsOpened
from webapp.emails.matched_programs import MatchedPrograms, ProgramCard
from webapp.emails.my_data_links import MyDataLinks, RequestLink
from webapp.emails.partner_access import PartnerAccess
from webapp.emails.partner_lead_withdrawn import PartnerLeadWithdrawn
from webapp.emails.partner_notice import PartnerNotice
from webapp.emails.partner_paused import PartnerPaused
from webapp.emails.renderer import render
from webapp.emails.resume_link import ResumeLink as ResumeLinkMail
from webapp.emails.status_request import StatusRequest
from webapp.gateways.mail import Mailbox, OutgoingMail
from webapp.models import (
    Lead,
    LeadEvent,
    Match,
    Message,
    Partner,
    PartnerAccessLink,
    PartnerAccount,
    Prospect,
    ResumeLink,
    StatusLink,
    Submission,
)
from webapp.models import PartnerNotice as PartnerNoticeRow
from webapp.queries.listing import demo_program_ids, listings_by_id
from webapp.queries.next_choice import find_next_choice
from webapp.queries.partner import offers_for
from webapp.services import opt_in
from webapp.services.follow_up_letter import contact_question, listing_changed
from webapp.services.introduction_letter import at_home, introductions_opened
from webapp.services.partner_letter import lead_address, partner_batch, partner_lead, partner_method

SITE_NAME = "Program Match"
MOST_REQUESTS_IN_A_MAIL = 20

_NEWS = {
    LeadStatus.DELIVERED: IntroductionNews.DELIVERED,
    LeadStatus.REJECTED: IntroductionNews.DECLINED,
    LeadStatus.DUPLICATE_AT_PARTNER: IntroductionNews.ALREADY_KNOWN,
    LeadStatus.WITHDRAWN: IntroductionNews.WITHDRAWN,
    LeadStatus.EXPIRED: IntroductionNews.EXPIRED,
    LeadStatus.FILTERED: IntroductionNews.NOT_TAKEN,
    LeadStatus.INVALID: IntroductionNews.TO_CORRECT,
}
_NEWS_OF_REASON = {
    "expired_unconfirmed": IntroductionNews.NOT_CONFIRMED,
    "expired_uncorrected": IntroductionNews.NOT_CORRECTED,
    "no_place": IntroductionNews.NO_PLACE,
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who our mail is from, and the postal address that commercial mail must carry (16 CFR 316.5)."""

    address: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`compose` renders the mail; it needs no connection."""

    recipient: str
    compose: Callable[[], OutgoingMail]


def letter_for(session: Session, message: Message, links: Links, sender: Sender) -> Letter | None:
    """The letter for `message` as the rows stand now; None when its recipient or subject is gone, or nothing waits."""
    recipient, footer = _recipient(session, message, links, sender)
    if recipient is None:
        return None
    context = _CONTEXTS[message.template](session, message, links, footer)
    if context is None:
        return None
    headers = {"Auto-Submitted": "auto-generated"}
    if message.message_class.can_be_stopped:
        headers["List-Unsubscribe"] = f"<{footer.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    template, message_id = message.template, f"<{message.id}@{sender.address.rpartition('@')[2]}>"

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
        )

    return Letter(recipient, compose)


def _recipient(session: Session, message: Message, links: Links, sender: Sender) -> tuple[str | None, Footer]:
    if message.template is Template.RESUME_LINK:
        link = session.get(ResumeLink, message.resume_link_id) if message.resume_link_id else None
        return link.email if link else None, Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.PARTNER_LEAD:
        return lead_address(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
    if message.template is Template.PARTNER_ACCESS:
        return _member_of(session, message), Footer(SITE_NAME, links.base_url, sender.postal_address)
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
        waits = bool(_waiting_for_confirmation(session, prospect.id))
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


def _matched_programs(session: Session, message: Message, links: Links, footer: Footer) -> MatchedPrograms:
    submission = session.get_one(Submission, message.submission_id)
    prospect = session.get_one(Prospect, submission.prospect_id)
    matches = session.scalars(select(Match).where(Match.submission_id == submission.id).order_by(Match.rank)).all()
    ids = [match.program_id for match in matches]
    listings, offers, demo = (
        listings_by_id(session, ids),
        offers_for(session, ids),
        demo_program_ids(session, ids),
    )
    return MatchedPrograms(
        footer=footer,
        first_name=prospect.first_name or "",
        programs=tuple(
            _card(match, listings[match.program_id], match.program_id in offers, match.program_id in demo)
            for match in matches
            if match.program_id in listings
        ),
        considered=submission.considered,
        results_url=links.results_url(submission.draft_id),
        requested_at=submission.created_at,
        confirm_url=confirm_url(session, prospect, links),
        introductions=introductions_opened(session, message, footer),
    )


def confirm_url(session: Session, prospect: Prospect, links: Links) -> str:
    """The link by which the reader says that the address is theirs; blank once it was said, on any request."""
    if opt_in.is_confirmed(session, prospect.email_key):
        return ""
    if prospect.confirm_hash is None:
        prospect.confirm_hash = token_hash(links.confirmation_token(prospect.id))
    return links.confirmation_url(prospect.id)


def _card(match: Match, listing: Listing, is_partner: bool, is_demo: bool) -> ProgramCard:
    cost = price(listing)
    gaps = [gap_sentence(gap) for gap in match.gaps]
    return ProgramCard(
        rank=match.rank,
        name=listing.name,
        institution=listing.institution,
        verdict=match.verdict,
        verdict_label=verdict_label(match.verdict),
        verdict_sentence=verdict_sentence(match.verdict),
        reasons=tuple(reason_sentence(reason) for reason in match.reasons),
        caveats=(*gaps, *(caveat_sentence(caveat) for caveat in match.caveats)),
        price=cost.text if cost else "",
        price_note=cost.note if cost else "",
        modality=teaching(listing) or "",
        duration=length(listing) or "",
        start=starts(listing) or "",
        url=listing.url or "",
        next_step=_next_step(match, gaps),
        is_partner=is_partner,
        is_demo=is_demo,
    )


def _next_step(match: Match, gaps: list[str]) -> str:
    if gaps:
        return "Ask the school how others closed the gap above before they applied."
    if match.verdict == "eligible":
        return "Check the deadline on the school's own page, then apply."
    return "Ask the school about the points marked unknown before you apply."


def _introductions_opened(session: Session, message: Message, _: Links, footer: Footer) -> IntroductionsOpened:
    found = introductions_opened(session, message, footer)
    if found is not None:
        return found
    submission = session.get_one(Submission, message.submission_id)
    return IntroductionsOpened(
        footer=footer,
        first_name="",
        schools=(),
        what_is_sent=(),
        contact=(),
        agreed_at=submission.created_at,
        goes_out_at=submission.created_at,
        cancel_url=footer.my_data_url,
    )


def _introduction_update(session: Session, message: Message, links: Links, footer: Footer) -> IntroductionUpdate:
    lead, listing, partner = _about(session, message)
    prospect = session.get_one(Prospect, lead.prospect_id)
    return IntroductionUpdate(
        footer=footer,
        first_name=prospect.first_name or "",
        news=_NEWS_OF_REASON.get(lead.reason or "") or _NEWS.get(lead.status, IntroductionNews.FAILED),
        legal_entity=partner.legal_name,
        program=listing.name if listing else lead.program_id,
        institution=listing.institution if listing else partner.display_name,
        at=at_home(lead, _moved_at(message)),
        cancel_url=footer.my_data_url if LEAD_LIFECYCLE.allows(lead.status, LeadStatus.WITHDRAWN) else "",
        results_url=links.results_url(session.get_one(Submission, lead.submission_id).draft_id),
        program_url=(listing.url or "") if listing else "",
        next_choice=_next_choice(session, lead),
        wanted=_wanted(session, lead),
        correct_url=f"{footer.my_data_url}/details" if lead.status is LeadStatus.INVALID else "",
    )


def _wanted(session: Session, lead: Lead) -> tuple[str, ...]:
    """Of a lead that a filter kept out, what the school takes; of one to put right, what was seen in the details."""
    if lead.status is LeadStatus.INVALID:
        return to_correct(lead.findings)
    if lead.status is not LeadStatus.FILTERED:
        return ()
    detail = session.execute(
        select(LeadEvent.detail)
        .where(LeadEvent.lead_id == lead.id, LeadEvent.to_status == LeadStatus.FILTERED)
        .order_by(LeadEvent.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return tuple(f"{words[:1].upper()}{words[1:]}" for words in (detail or {}).get("wanted", ()))


def _waiting_for_confirmation(session: Session, prospect_id: UUID) -> list[tuple[str, datetime]]:
    """The schools whose introductions wait for the student to confirm, and when each ends."""
    rows = session.execute(
        select(Partner.legal_name, Lead.expires_at)
        .join(Lead, Lead.partner_id == Partner.id)
        .where(Lead.prospect_id == prospect_id, Lead.reason == AWAITING_CONFIRMATION)
        .order_by(Lead.created_at, Lead.id)
    )
    return [(row.legal_name, row.expires_at) for row in rows]


def _confirm_introductions(session: Session, message: Message, links: Links, footer: Footer) -> ConfirmIntroductions:
    prospect = session.get_one(Prospect, message.prospect_id)
    if prospect.confirm_hash is None and prospect.email_confirmed_at is None:
        # A request of a release before this one has none yet.
        prospect.confirm_hash = token_hash(links.confirmation_token(prospect.id))
    waiting = _waiting_for_confirmation(session, prospect.id)
    return ConfirmIntroductions(
        footer=footer,
        schools=tuple(name for name, _ in waiting),
        confirm_url=links.confirmation_url(prospect.id),
        ends_at=min(ends_at for _, ends_at in waiting),
        is_reminder=message.key.endswith(":2"),
    )


def _partner_paused(session: Session, message: Message, _: Links, footer: Footer) -> PartnerPaused:
    partner, told = session.get_one(Partner, message.partner_id), message.about
    return PartnerPaused(
        footer=footer,
        legal_entity=partner.legal_name,
        complaints=told["complaints"],
        delivered=told["delivered"],
        days=told["days"],
        percent=told["percent"],
        kinds=tuple(COMPLAINT_WORDS[ComplaintKind(kind)] for kind in told["kinds"]),
        paused_at=_moved_at(message),
    )


def _next_choice(session: Session, lead: Lead) -> str:
    found = find_next_choice(session, lead.id) if lead.reason == "no_place" else None
    return f"{found.program} at {found.institution}" if found else ""


def _partner_lead_withdrawn(session: Session, message: Message, _: Links, footer: Footer) -> PartnerLeadWithdrawn:
    lead, listing, partner = _about(session, message)
    return PartnerLeadWithdrawn(
        footer=footer,
        legal_entity=partner.legal_name,
        lead_id=str(lead.id),
        program_id=lead.program_id,
        program=listing.name if listing else lead.program_id,
        delivered_at=lead.delivered_at or lead.created_at,
        withdrawn_at=_moved_at(message),
    )


def _resume_link(session: Session, message: Message, links: Links, footer: Footer) -> ResumeLinkMail:
    link = session.get_one(ResumeLink, message.resume_link_id)
    return ResumeLinkMail(
        footer=footer, resume_url=links.resume_url(link.id, link.token_version), expires_at=link.expires_at
    )


def _partner_notice(session: Session, message: Message, links: Links, footer: Footer) -> PartnerNotice:
    lead, listing, partner = _about(session, message)
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


def _status_request(session: Session, message: Message, links: Links, footer: Footer) -> StatusRequest:
    lead, listing, partner = _about(session, message)
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


def _member_of(session: Session, message: Message) -> str | None:
    """The address a link to set a password goes to; None where nobody has it, or the link was used up meanwhile."""
    return session.execute(
        select(PartnerAccount.email)
        .join(PartnerAccessLink, PartnerAccessLink.account_id == PartnerAccount.id)
        .where(PartnerAccessLink.id == UUID(message.about["access_link_id"]), PartnerAccessLink.used_at.is_(None))
    ).scalar()


def _partner_access(session: Session, message: Message, links: Links, footer: Footer) -> PartnerAccess:
    link = session.get_one(PartnerAccessLink, UUID(message.about["access_link_id"]))
    account = session.get_one(PartnerAccount, link.account_id)
    return PartnerAccess(
        footer=footer,
        purpose=link.purpose,
        legal_entity=session.get_one(Partner, account.partner_id).legal_name,
        access_url=links.partner_access_url(link.id),
        expires_at=link.expires_at,
    )


def _my_data_links(session: Session, message: Message, links: Links, footer: Footer) -> MyDataLinks:
    """The page of each request that this address made, also of those made after the mail was asked for."""
    key = select(Prospect.email_key).where(Prospect.id == message.prospect_id).scalar_subquery()
    rows = session.execute(
        select(Prospect.id, Prospect.token_version, Prospect.created_at, func.count(Lead.id).label("schools"))
        .outerjoin(Lead, Lead.prospect_id == Prospect.id)
        .where(Prospect.email_key == key, Prospect.erased_at.is_(None))
        .group_by(Prospect.id)
        .order_by(Prospect.created_at.desc(), Prospect.id.desc())
        .limit(MOST_REQUESTS_IN_A_MAIL)
    )
    requests = tuple(
        RequestLink(row.created_at, row.schools, links.my_data_url(row.id, row.token_version)) for row in rows
    )
    prospect = session.get_one(Prospect, message.prospect_id)
    return MyDataLinks(
        footer=replace(footer, my_data_url=""), requests=requests, confirm_url=confirm_url(session, prospect, links)
    )


def _confirm_address(session: Session, message: Message, links: Links, footer: Footer) -> ConfirmAddress:
    prospect = session.get_one(Prospect, message.prospect_id)
    return ConfirmAddress(
        footer=footer,
        confirm_url=links.address_url(prospect.id, prospect.address_version),
        valid_until=prospect.pending_until or message.created_at,
    )


def _address_change(session: Session, message: Message, links: Links, footer: Footer) -> AddressChange:
    prospect = session.get_one(Prospect, message.prospect_id)
    # Once the new address is confirmed, the page is no business of whoever reads the old one.
    is_still_theirs = prospect.email == message.recipient
    return AddressChange(
        footer=footer,
        asked_at=message.created_at,
        valid_until=message.created_at + ADDRESS_CONFIRMATION_TIME,
        page_url=links.my_data_url(prospect.id, prospect.token_version) if is_still_theirs else "",
    )


def _about(session: Session, message: Message) -> tuple[Lead, Listing | None, Partner]:
    lead = session.get_one(Lead, message.lead_id)
    listing = listings_by_id(session, [lead.program_id]).get(lead.program_id)
    return lead, listing, session.get_one(Partner, lead.partner_id)


def _moved_at(message: Message) -> datetime:
    """Mails about a step are queued in the transaction of the step."""
    return message.created_at


_CONTEXTS: dict[Template, Callable[[Session, Message, Links, Footer], Any]] = {
    Template.MATCHED_PROGRAMS: _matched_programs,
    Template.INTRODUCTIONS_OPENED: _introductions_opened,
    Template.INTRODUCTION_UPDATE: _introduction_update,
    Template.PARTNER_LEAD_WITHDRAWN: _partner_lead_withdrawn,
    Template.RESUME_LINK: _resume_link,
    Template.PARTNER_NOTICE: _partner_notice,
    Template.STATUS_REQUEST: _status_request,
    Template.PARTNER_LEAD: partner_lead,
    Template.PARTNER_BATCH: partner_batch,
    Template.PARTNER_METHOD: partner_method,
    Template.PARTNER_ACCESS: _partner_access,
    Template.MY_DATA_LINKS: _my_data_links,
    Template.CONFIRM_ADDRESS: _confirm_address,
    Template.ADDRESS_CHANGE: _address_change,
    Template.CONFIRM_INTRODUCTIONS: _confirm_introductions,
    Template.PARTNER_PAUSED: _partner_paused,
    Template.CONTACT_QUESTION: contact_question,
    Template.LISTING_CHANGED: listing_changed,
}
