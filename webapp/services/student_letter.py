"""What mails to students say, read from the rows they are about."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.finding import to_correct
from webapp.domain.ids import token_hash
from webapp.domain.lead import AWAITING_CONFIRMATION, LEAD_LIFECYCLE, LeadStatus
from webapp.domain.link_request import ADDRESS_CONFIRMATION_TIME
from webapp.domain.links import Links
from webapp.emails.address_change import AddressChange
from webapp.emails.confirm_address import ConfirmAddress
from webapp.emails.confirm_introductions import ConfirmIntroductions
from webapp.emails.footer import Footer
from webapp.emails.introduction_update import IntroductionNews, IntroductionUpdate
from webapp.emails.introductions_opened import IntroductionsOpened
from webapp.emails.my_data_links import MyDataLinks, RequestLink
from webapp.emails.resume_link import ResumeLink as ResumeLinkMail
from webapp.models import Lead, LeadEvent, Message, Partner, Prospect, ResumeLink, Submission
from webapp.queries.next_choice import find_next_choice
from webapp.services import opt_in
from webapp.services.introduction_letter import at_home, introductions_opened, lead_and_school

MOST_REQUESTS_IN_A_MAIL: Final = 20

_NEWS: Final = {
    LeadStatus.DELIVERED: IntroductionNews.DELIVERED,
    LeadStatus.REJECTED: IntroductionNews.DECLINED,
    LeadStatus.DUPLICATE_AT_PARTNER: IntroductionNews.ALREADY_KNOWN,
    LeadStatus.WITHDRAWN: IntroductionNews.WITHDRAWN,
    LeadStatus.EXPIRED: IntroductionNews.EXPIRED,
    LeadStatus.FILTERED: IntroductionNews.NOT_TAKEN,
    LeadStatus.INVALID: IntroductionNews.TO_CORRECT,
}
_NEWS_OF_REASON: Final = {
    "expired_unconfirmed": IntroductionNews.NOT_CONFIRMED,
    "expired_uncorrected": IntroductionNews.NOT_CORRECTED,
    "no_place": IntroductionNews.NO_PLACE,
    "ended_as_repeat": IntroductionNews.REPEATED,
}


def receipt(session: Session, message: Message, _: Links, footer: Footer) -> IntroductionsOpened:
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


def introduction_update(session: Session, message: Message, links: Links, footer: Footer) -> IntroductionUpdate:
    lead, listing, partner = lead_and_school(session, message)
    prospect = session.get_one(Prospect, lead.prospect_id)
    return IntroductionUpdate(
        footer=footer,
        first_name=prospect.first_name or "",
        news=_NEWS_OF_REASON.get(lead.reason or "") or _NEWS.get(lead.status, IntroductionNews.FAILED),
        legal_entity=partner.legal_name,
        program=listing.name if listing else lead.program_id,
        institution=listing.institution if listing else partner.display_name,
        at=at_home(lead, message.created_at),
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


def _next_choice(session: Session, lead: Lead) -> str:
    found = find_next_choice(session, lead.id) if lead.reason == "no_place" else None
    return f"{found.program} at {found.institution}" if found else ""


def waiting_for_confirmation(session: Session, prospect_id: UUID) -> list[tuple[str, datetime]]:
    """The schools whose introductions wait for the student to confirm, and when each ends."""
    rows = session.execute(
        select(Partner.legal_name, Lead.expires_at)
        .join(Lead, Lead.partner_id == Partner.id)
        .where(Lead.prospect_id == prospect_id, Lead.reason == AWAITING_CONFIRMATION)
        .order_by(Lead.created_at, Lead.id)
    )
    return [(row.legal_name, row.expires_at) for row in rows]


def confirm_introductions(session: Session, message: Message, links: Links, footer: Footer) -> ConfirmIntroductions:
    prospect = session.get_one(Prospect, message.prospect_id)
    if prospect.confirm_hash is None and prospect.email_confirmed_at is None:
        # A request of a release before this one has none yet.
        prospect.confirm_hash = token_hash(links.confirmation_token(prospect.id))
    waiting = waiting_for_confirmation(session, prospect.id)
    return ConfirmIntroductions(
        footer=footer,
        schools=tuple(name for name, _ in waiting),
        confirm_url=links.confirmation_url(prospect.id),
        ends_at=min(ends_at for _, ends_at in waiting),
        is_reminder=message.key.endswith(":2"),
    )


def resume_link(session: Session, message: Message, links: Links, footer: Footer) -> ResumeLinkMail:
    link = session.get_one(ResumeLink, message.resume_link_id)
    return ResumeLinkMail(
        footer=footer, resume_url=links.resume_url(link.id, link.token_version), expires_at=link.expires_at
    )


def my_data_links(session: Session, message: Message, links: Links, footer: Footer) -> MyDataLinks:
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
    is_known = opt_in.is_confirmed(session, prospect.email_key)
    return MyDataLinks(
        footer=replace(footer, my_data_url=""),
        requests=requests,
        confirm_url="" if is_known else opt_in.confirm_link(prospect, links),
    )


def confirm_address(session: Session, message: Message, links: Links, footer: Footer) -> ConfirmAddress:
    prospect = session.get_one(Prospect, message.prospect_id)
    return ConfirmAddress(
        footer=footer,
        confirm_url=links.address_url(prospect.id, prospect.address_version),
        valid_until=prospect.pending_until or message.created_at,
    )


def address_change(session: Session, message: Message, links: Links, footer: Footer) -> AddressChange:
    prospect = session.get_one(Prospect, message.prospect_id)
    # Once the new address is confirmed, the page is no business of whoever reads the old one.
    is_still_theirs = prospect.email == message.recipient
    return AddressChange(
        footer=footer,
        asked_at=message.created_at,
        valid_until=message.created_at + ADDRESS_CONFIRMATION_TIME,
        page_url=links.my_data_url(prospect.id, prospect.token_version) if is_still_theirs else "",
    )
