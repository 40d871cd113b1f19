"""Corrections: what a student gave wrongly is put right, here and with every school that has it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import address_key, token_hash
from webapp.domain.lead import ENDED_WITHOUT_SCHOOL
from webapp.domain.link_request import ADDRESS_CONFIRMATION_TIME, LinkPurpose
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.notice import NoticeKind
from webapp.domain.person import Details, told_to_school
from webapp.domain.privacy_request import RequestKind
from webapp.models import Lead, Prospect
from webapp.services import lead, link_request, message, notice, person_key, privacy_request

_FIELDS = ("first_name", "last_name", "phone")


def correct(session: Session, clock: Clock, links: Links, prospect_id: UUID, details: Details) -> tuple[str, ...]:
    """Put name and phone right; the fields that changed. Schools that may have the old ones are sent the new ones.

    Introductions that waited because something was wrong are looked at again.

    NotFound for a student who was erased.
    """
    prospect = _locked(session, prospect_id)
    changed = tuple(name for name in _FIELDS if getattr(prospect, name) != getattr(details, name))
    for name in changed:
        setattr(prospect, name, getattr(details, name))
    if changed:
        prospect.updated_at = clock.now()
        _tell_schools(session, clock, prospect_id, changed)
        person_key.renew(session, links, prospect)
        privacy_request.note_done(session, clock, RequestKind.CORRECTION, prospect_id)
        session.flush()
        lead.look_again(session, clock, prospect_id, reason="corrected_by_student")
    return changed


def ask_for_address(session: Session, clock: Clock, links: Links, prospect_id: UUID, address: str) -> None:
    """Mail a link to a new address. It becomes the student's only when that link is used; until then the old one stays.

    The old one hears of it too, once a day: whoever asks has a link to the page, and need not be its owner.
    A later call replaces the earlier one, whose link then opens nothing. Refused when the new address was written to
    too often today.
    """
    now = clock.now()
    prospect = _locked(session, prospect_id)
    request = link_request.note(session, clock, address_key(links.secret, address), LinkPurpose.CONFIRM_ADDRESS)
    if link_request.is_one_too_many(session, request):
        raise Refused(
            Problem(
                "email",
                "We have written to this address several times today, so we wait before we write again.",
                "Look for our mail there, also among the spam, or try again tomorrow.",
            )
        )
    _warn_old_address(session, prospect, at=now)
    prospect.address_version += 1
    prospect.pending_email = address
    prospect.pending_hash = token_hash(links.address_token(prospect_id, prospect.address_version))
    prospect.pending_until = now + ADDRESS_CONFIRMATION_TIME
    message.queue(
        session,
        key=f"prospect:{prospect_id}:{Template.CONFIRM_ADDRESS}:{prospect.address_version}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.CONFIRM_ADDRESS,
        at=now,
        prospect_id=prospect_id,
    )


def _warn_old_address(session: Session, prospect: Prospect, *, at: datetime) -> None:
    message.queue(
        session,
        key=f"prospect:{prospect.id}:{Template.ADDRESS_CHANGE}:{prospect.token_version}:{at.date()}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.ADDRESS_CHANGE,
        at=at,
        prospect_id=prospect.id,
        recipient=prospect.email,
    )


def forget_address(session: Session, prospect_id: UUID) -> None:
    """The student thinks better of it: a new address that waits is dropped."""
    prospect = _locked(session, prospect_id)
    prospect.pending_email = prospect.pending_hash = prospect.pending_until = None


def confirm_address(session: Session, clock: Clock, links: Links, token: str) -> str:
    """The owner of a new address confirms it; the token of the my-data page from now on.

    Links mailed to the old address stop working: it may have been somebody else's. Schools that have the old address
    are sent the new one. NotFound when the link is wrong, was used, was replaced or is too old.
    """
    now = clock.now()
    prospect = session.execute(
        select(Prospect)
        .where(Prospect.pending_hash == token_hash(token), Prospect.pending_until > now)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if prospect is None or prospect.pending_email is None or prospect.erased_at is not None:
        raise NotFound("This link is not valid any more.")
    # First the leads: changing the link's hash below keeps everybody else away from the prospect.
    _tell_schools(session, clock, prospect.id, ("email",))
    prospect.email, prospect.email_key = prospect.pending_email, address_key(links.secret, prospect.pending_email)
    prospect.pending_email = prospect.pending_hash = prospect.pending_until = None
    prospect.updated_at = prospect.email_confirmed_at = now
    prospect.confirm_hash = None
    token = new_link(prospect, links)
    session.flush()
    privacy_request.note_done(session, clock, RequestKind.CORRECTION, prospect.id)
    person_key.renew(session, links, prospect)
    session.flush()
    for done in ("corrected_by_student", "address_confirmed"):
        lead.look_again(session, clock, prospect.id, reason=done)
    return token


def confirm_own_address(session: Session, clock: Clock, token: str) -> None:
    """Whoever reads at the address of a request says that it is theirs; introductions that waited for it move on.

    Twice is the same as once. NotFound when the link is wrong, or the address was changed since.
    """
    prospect = session.execute(
        select(Prospect)
        .where(Prospect.confirm_hash == token_hash(token), Prospect.erased_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if prospect is None:
        raise NotFound("This link is not valid any more.")
    if prospect.email_confirmed_at is None:
        prospect.email_confirmed_at = clock.now()
        session.flush()
        lead.look_again(session, clock, prospect.id, reason="address_confirmed")


def renew_link(session: Session, clock: Clock, links: Links, prospect_id: UUID) -> None:
    """Close every link to this my-data page and mail a new one to the address, which only its owner reads."""
    prospect = _locked(session, prospect_id)
    new_link(prospect, links)
    message.queue(
        session,
        key=f"prospect:{prospect_id}:{Template.MY_DATA_LINKS}:{prospect.token_version}",
        message_class=MessageClass.TRANSACTIONAL,
        template=Template.MY_DATA_LINKS,
        at=clock.now(),
        prospect_id=prospect_id,
    )


def new_link(prospect: Prospect, links: Links) -> str:
    """Raise the version of the my-data link; the new token. The former ones open nothing any more."""
    prospect.token_version += 1
    token = links.my_data_token(prospect.id, prospect.token_version)
    prospect.data_hash = token_hash(token)
    return token


def _tell_schools(session: Session, clock: Clock, prospect_id: UUID, changed: Sequence[str]) -> None:
    leads = session.scalars(
        select(Lead)
        .where(Lead.prospect_id == prospect_id)
        .order_by(Lead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for each in leads:
        fields = told_to_school(changed, each.channels)
        # A lead that has ended without the school is none of its business any more.
        if fields and each.status not in ENDED_WITHOUT_SCHOOL and notice.may_have_it(session, each):
            busy_until = notice.in_flight_until(session, each)
            notice.queue(session, each, NoticeKind.CORRECTED, at=clock.now(), not_before=busy_until, fields=fields)


def _locked(session: Session, prospect_id: UUID) -> Prospect:
    prospect = session.execute(
        select(Prospect)
        .where(Prospect.id == prospect_id, Prospect.erased_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if prospect is None:
        raise NotFound("There is nobody to correct.")
    return prospect
