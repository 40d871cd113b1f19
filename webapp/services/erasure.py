"""Erasing a student: what has not left stops, every school that has something is told, and what we hold is cleared.

What stays: rows without a person in them (that there was a request, that a lead was delivered), the keyed hash of the
address, and the consent records, which hold the hash and no name, for the years the law asks
(`services.retention`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, delete, exists, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION, ConsentKind, ConsentPurpose
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus
from webapp.domain.notice import NoticeKind
from webapp.domain.privacy_request import DESK, RequestKind
from webapp.models import (
    Attempt,
    ContactAnswer,
    Delivery,
    Draft,
    Lead,
    LeadAnswer,
    LeadEvent,
    LeadReturn,
    Match,
    Message,
    PartnerNotice,
    PendingRequest,
    Prospect,
    ReceivedPosting,
    Submission,
)
from webapp.services import consent, draft, inbound_mail, inbox, lead, notice, person_key, privacy_request, suppression

ERASED = "erased"
_PARTNERS_WORDS: dict[type[Any], tuple[StrEnum, ...]] = {
    Lead: (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER),
    LeadEvent: (LeadStatus.REJECTED, LeadStatus.DUPLICATE_AT_PARTNER),
    Delivery: (DeliveryStatus.REJECTED, DeliveryStatus.DUPLICATE),
    Attempt: (AttemptOutcome.REJECTED, AttemptOutcome.DUPLICATE),
}
"""Where a reason may be the partner's own words, which may name the student; elsewhere it is a code of ours."""
LATECOMERS = timedelta(days=1)
"""For how long after an erasure the answers of workers that were talking meanwhile are looked for."""


def erase(session: Session, clock: Clock, prospect_id: UUID, *, page: str) -> None:
    """Erase one student at their own wish. Twice is the same as once; NotFound when there never was one.

    Leads that have not left are stopped; schools that may have one are told to delete it. All in one transaction:
    either everything is gone, or nothing is.
    """
    now = clock.now()
    if session.get(Prospect, prospect_id) is None:
        raise NotFound("There is no such student.")
    chain = consent.chain_of(session, prospect_id)
    prospect = session.get_one(Prospect, prospect_id, populate_existing=True)
    if prospect.erased_at is not None:
        return
    for each in _locked_leads(session, prospect_id):
        _end(session, each, chain, at=now, page=page)
        chain = consent.chain_of(session, prospect_id)
    submission = session.execute(select(Submission).where(Submission.prospect_id == prospect_id)).scalar_one()
    if submission.wants_mail:
        consent.append(session, chain, [_no_more_mail(page)], at=now, submission_id=submission.id)
    suppression.suppress_prospect(session, prospect_id, MessageClass.FOLLOW_UP, reason="erased_by_student", at=now)
    if page != DESK:
        privacy_request.note_done(session, clock, RequestKind.ERASURE, prospect_id)
    forget(session, clock, prospect)


def forget(session: Session, clock: Clock, prospect: Prospect) -> None:
    """Clear everything that says who `prospect` (already locked) is or what they wrote. Tells nobody."""
    prospect.email = prospect.first_name = prospect.last_name = prospect.phone = None
    prospect.pending_email = prospect.pending_hash = prospect.pending_until = prospect.confirm_hash = None
    prospect.listing_news_from = None
    prospect.erased_at = prospect.updated_at = clock.now()
    session.flush()
    _stop_mails(session, prospect.id)
    person_key.forget(session, prospect.id)
    _clear_answers(session, clock, prospect.id)
    _clear_traces(session, [prospect.id])
    inbound_mail.forget(session, prospect.id)
    privacy_request.forget_words(session, prospect.id, prospect.email_key)


def clear_latecomers(session: Session, clock: Clock) -> int:
    """Clear again what workers wrote that were talking to the world while a student was erased.

    Always 0: it goes over the same students for a day, and what it finds is in no count of rows.
    """
    since = clock.now() - LATECOMERS
    _clear_traces(session, session.scalars(select(Prospect.id).where(Prospect.erased_at > since)).all())
    return 0


def _end(session: Session, each: Lead, chain: consent.Chain, *, at: datetime, page: str) -> None:
    has_it, busy_until = notice.may_have_it(session, each), notice.in_flight_until(session, each)
    if lead.can_be_taken_back(each):
        lead.take_back(session, each, chain, at=at, page=page, reason="erased_by_student")
    notice.cancel(session, each.id, reason=ERASED)
    if has_it:
        notice.queue(session, each, NoticeKind.ERASED, at=at, not_before=busy_until)


def _no_more_mail(page: str) -> consent.Wording:
    return consent.Wording(
        kind=ConsentKind.WITHDRAWN,
        purpose=ConsentPurpose.MATCHES_BY_MAIL,
        legal_entity="Program Match",
        program_id="",
        channels=("email",),
        text_version=CONSENT_TEXT_VERSION,
        text="I want everything about me erased.",
        page=page,
    )


def _locked_leads(session: Session, prospect_id: UUID) -> Sequence[Lead]:
    return session.scalars(
        select(Lead)
        .where(Lead.prospect_id == prospect_id)
        .order_by(Lead.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _stop_mails(session: Session, prospect_id: UUID) -> None:
    """What has not been handed over is not: a worker that holds one finds its lease gone before it hands over."""
    waiting = (MessageStatus.PENDING, MessageStatus.DEFERRED, MessageStatus.LEASED)
    _change(
        session,
        update(Message)
        .where(Message.prospect_id == prospect_id, Message.status.in_(waiting))
        .values(
            status=MessageStatus.SUPPRESSED,
            reason="recipient_erased",
            due_at=None,
            leased_until=None,
            lease_id=None,
        ),
    )
    _change(session, update(Message).where(Message.prospect_id == prospect_id).values(about={}, recipient=None))


def _clear_answers(session: Session, clock: Clock, prospect_id: UUID) -> None:
    """The profile, where the student came from, and the list that was made of it."""
    mine = select(Submission.id).where(Submission.prospect_id == prospect_id)
    introduced = exists().where(Lead.match_id == Match.id)
    _change(session, delete(Match).where(Match.submission_id.in_(mine), ~introduced))
    _change(
        session,
        update(Match).where(Match.submission_id.in_(mine)).values(contributions={}, reasons=[], caveats=[], gaps=[]),
    )
    draft_ids = session.scalars(select(Submission.draft_id).where(Submission.prospect_id == prospect_id)).all()
    _change(
        session,
        update(Submission)
        .where(Submission.prospect_id == prospect_id)
        .values(profile={}, attribution={}, excluded={}, ranked_on=None, ranked_k=None, ranking_digest=None),
    )
    # One form can stand behind several requests. It goes with the last of them.
    others = exists().where(
        Submission.draft_id == Draft.id, Submission.prospect_id == Prospect.id, Prospect.erased_at.is_(None)
    )
    for draft_id in session.scalars(select(Draft.id).where(Draft.id.in_(draft_ids), ~others)).all():
        draft.empty(session, clock, draft_id)
    _change(session, delete(PendingRequest).where(PendingRequest.draft_id.in_(draft_ids)))


def _clear_traces(session: Session, prospect_ids: Sequence[UUID]) -> None:
    """What was sent about these students, what came back, and what the development tools kept of either."""
    if not prospect_ids:
        return
    leads = select(Lead.id).where(Lead.prospect_id.in_(prospect_ids))
    deliveries = select(Delivery.id).where(Delivery.lead_id.in_(leads))
    notices = select(PartnerNotice.id).where(PartnerNotice.lead_id.in_(leads))
    messages = select(Message.id).where(Message.prospect_id.in_(prospect_ids) | Message.lead_id.in_(leads))
    for column, theirs, values in (
        (Lead.status, Lead.id.in_(leads), {"findings": []}),
        (LeadEvent.to_status, LeadEvent.lead_id.in_(leads), {"detail": {}}),
        (Delivery.status, Delivery.id.in_(deliveries), {"sent": None}),
        (Attempt.outcome, Attempt.delivery_id.in_(deliveries), {"answer": None, "request": None}),
        (Attempt.outcome, Attempt.message_id.in_(messages), {"answer": None}),
    ):
        table: Any = column.class_
        ours = case((column.in_(_PARTNERS_WORDS[table]), ERASED), else_=table.reason)
        _change(session, update(table).where(theirs).values(reason=ours, **values))
    for answered in (LeadAnswer, ContactAnswer):
        _change(session, delete(answered).where(answered.lead_id.in_(leads)))
    # A partner's words for a return, and ours, may name the student. What was decided, and when, stays.
    wordless = update(LeadReturn).where(LeadReturn.lead_id.in_(leads)).values(words=None, decision_words=None)
    _change(session, wordless)
    _clear_development(session, messages, deliveries, notices)


def _clear_development(session: Session, messages: Select[Any], deliveries: Select[Any], notices: Select[Any]) -> None:
    """The development inbox and what the demo schools received: in production both are empty."""
    inbox.forget(session, session.scalars(messages).all())
    posted = select(Delivery.webhook_id).where(Delivery.id.in_(deliveries))
    told = select(PartnerNotice.webhook_id).where(PartnerNotice.id.in_(notices))
    _change(session, delete(ReceivedPosting).where(ReceivedPosting.webhook_id.in_(posted.union(told))))


def _change(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
