"""The receipt for introductions: who gets what, how they may contact the student, and how to stop it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, literal, select
from sqlalchemy.orm import Session

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.domain.contact_preferences import ContactPreferences, ways
from webapp.domain.lead import LeadStatus
from webapp.domain.listing import Listing
from webapp.domain.partner import ContactChannel
from webapp.domain.publisher import PUBLISHER
from webapp.domain.question import Answer, answer_words
from webapp.emails.footer import Footer
from webapp.emails.introductions_opened import IntroducedSchool, IntroductionsOpened
from webapp.models import Consent, Lead, Message, Partner, Prospect, Submission
from webapp.queries.listing import listings_by_id
from webapp.queries.question import answers_of


def introductions_opened(session: Session, message: Message, footer: Footer) -> IntroductionsOpened | None:
    """What was opened with the submission and has not been cancelled; None when nothing was."""
    if message.submission_id is None:
        return None
    return introductions_of(session, {message.submission_id: footer}).get(message.submission_id)


def introductions_of(session: Session, footers: Mapping[UUID, Footer]) -> dict[UUID, IntroductionsOpened]:
    """The same of many submissions, by their ids. One of which nothing was opened is left out."""
    rows = session.execute(
        select(Lead, Consent, Submission, Prospect)
        .join(Consent, Consent.lead_id == Lead.id)
        .join(Submission, Submission.id == Lead.submission_id)
        .join(Prospect, Prospect.id == Submission.prospect_id)
        .where(
            Lead.submission_id == any_(literal(list(footers), ARRAY(Uuid))),
            Lead.status != LeadStatus.WITHDRAWN,
            Consent.kind == ConsentKind.GIVEN,
            Consent.purpose == ConsentPurpose.INTRODUCTION,
        )
        .order_by(Consent.sequence)
    ).all()
    listings = listings_by_id(session, {row.Lead.program_id for row in rows}) if rows else {}
    answers = answers_of(session, [row.Lead.id for row in rows]) if rows else {}
    opened: dict[UUID, list[Any]] = {}
    for row in rows:
        opened.setdefault(row.Submission.id, []).append(row)
    return {
        submission_id: _receipt(found, footers[submission_id], listings, answers)
        for submission_id, found in opened.items()
    }


def _receipt(
    rows: Sequence[Any],
    footer: Footer,
    listings: Mapping[str, Listing],
    answers: Mapping[UUID, tuple[Answer, ...]],
) -> IntroductionsOpened:
    first, _, submission, prospect = rows[0]
    has_answers = any(row.Lead.id in answers for row in rows)
    return IntroductionsOpened(
        footer=footer,
        first_name=prospect.first_name or "",
        schools=tuple(
            _school(row.Consent, listings.get(row.Lead.program_id), answers.get(row.Lead.id, ())) for row in rows
        ),
        what_is_sent=tuple(_what_is_sent(prospect, first, submission, has_answers=has_answers)),
        contact=tuple(_contact(first)),
        agreed_at=at_home(first, submission.created_at),
        goes_out_at=at_home(first, first.undo_until),
        cancel_url=footer.my_data_url,
    )


def lead_and_school(session: Session, message: Message) -> tuple[Lead, Listing | None, Partner]:
    """The lead a message is about, its listing while there is one, and its school."""
    lead = session.get_one(Lead, message.lead_id)
    listing = listings_by_id(session, [lead.program_id]).get(lead.program_id)
    return lead, listing, session.get_one(Partner, lead.partner_id)


def at_home(lead: Lead, moment: datetime) -> datetime:
    """`moment` on the student's own clock, where we know which it is."""
    zone = ContactPreferences.from_json(lead.contact_preferences).time_zone
    return moment.astimezone(ZoneInfo(zone)) if zone else moment


def _school(consent: Consent, listing: Listing | None, answers: tuple[Answer, ...]) -> IntroducedSchool:
    return IntroducedSchool(
        legal_entity=consent.legal_entity,
        program=listing.name if listing else consent.program_id,
        institution=listing.institution if listing else consent.legal_entity,
        consent_text=consent.text,
        consent_version=consent.text_version,
        answers=tuple((answer.label, answer_words(answer.kind, answer.value)) for answer in answers),
    )


def _what_is_sent(prospect: Prospect, lead: Lead, submission: Submission, *, has_answers: bool) -> Iterator[str]:
    """The kinds of facts in `services.posting`, in its order."""
    place: Mapping[str, Any] = submission.profile.get("practical", {})
    yield "Your name"
    yield "Your e-mail address"
    if prospect.phone and any(channel.needs_phone for channel in _channels(lead)):
        yield "Your phone number"
    if any(place.get(part) for part in ("state", "postal_code", "country")):
        yield "Your state, postal code and country, as far as you gave them"
    yield "Your education, subjects and goal, as you gave them"
    yield "How well this program matched and why, without your budget and your limits"
    if has_answers:
        yield "Your answers to the school's own questions"
    if {*submission.attribution} - {PUBLISHER}:
        yield "The page of ours that you opened first"


def _contact(lead: Lead) -> Iterator[str]:
    channels = _channels(lead)
    yield f"{ways(channels).capitalize()}, and in no other way"
    for limit in ContactPreferences.from_json(lead.contact_preferences).limits(channels, "you"):
        yield limit[:1].upper() + limit[1:]


def _channels(lead: Lead) -> set[ContactChannel]:
    return {ContactChannel(channel) for channel in lead.channels}
