"""Notices: telling a partner that has a lead what the student decided, and keeping when it said that it did it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.ids import new_id, token_hash
from webapp.domain.lead import LeadStatus
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.domain.notice import NOTICE_LIFECYCLE, AcknowledgedBy, NoticeKind, NoticeStatus
from webapp.gateways.webhook import WebhookRequest, acknowledges
from webapp.models import Attempt, Delivery, Lead, Message, PartnerNotice, Prospect
from webapp.services import lease, message, outbox
from webapp.services.handover import Answered, Outside, post, webhook_of
from webapp.services.signing_secret import secrets_of
from webapp.services.transaction import Begin

_MAY_HAVE_IT = (LeadStatus.DELIVERING, LeadStatus.DELIVERED, LeadStatus.DUPLICATE_AT_PARTNER)
_TOLD = (AttemptOutcome.ACCEPTED, AttemptOutcome.DUPLICATE)


@dataclass(frozen=True, slots=True)
class _Handover:
    notice_id: UUID
    lease_id: UUID
    attempt_id: UUID
    request: WebhookRequest


def may_have_it(session: Session, lead: Lead) -> bool:
    """Whether the partner has, or could have, what the lead says: it does, or a try reached its endpoint.

    A partner that refused the lead, or never answered, may have kept it all the same.
    """
    is_lead = Message.template == Template.PARTNER_LEAD
    # A worker that holds such a mail must not begin to hand it over between this look and what follows from it.
    session.execute(select(Message.id).where(Message.lead_id == lead.id, is_lead).with_for_update())
    reached = (Attempt.outcome != AttemptOutcome.PERMANENT) | Attempt.http_status.is_not(None)
    tried = exists().where(Attempt.delivery_id == Delivery.id, Delivery.lead_id == lead.id, reached)
    mailed = exists().where(Attempt.message_id == Message.id, Message.lead_id == lead.id, reached)
    return lead.status in _MAY_HAVE_IT or bool(session.execute(select(tried | mailed.where(is_lead))).scalar())


def in_flight_until(session: Session, lead: Lead) -> datetime | None:
    """Until when a worker may be handing the lead over right now; None when nobody is."""
    return session.execute(
        select(Delivery.leased_until).where(Delivery.lead_id == lead.id, Delivery.status == DeliveryStatus.LEASED)
    ).scalar()


def queue(
    session: Session,
    lead: Lead,
    kind: NoticeKind,
    *,
    at: datetime,
    not_before: datetime | None = None,
    fields: Sequence[str] = (),
) -> None:
    """Have the partner of `lead` told. A lead is withdrawn and erased once each: the second call changes nothing.

    `not_before` is when no worker can be handing the lead over any more, so that the notice does not overtake it;
    `fields` names what was corrected.
    """
    notice_id, due_at = new_id(), max(at, not_before or at)
    made = session.execute(
        insert(PartnerNotice)
        .values(
            id=notice_id,
            lead_id=lead.id,
            partner_id=lead.partner_id,
            kind=kind,
            fields=list(fields),
            webhook_id=f"msg_{notice_id.hex}",
            status=NoticeStatus.PENDING,
            due_at=due_at,
            created_at=at,
        )
        .on_conflict_do_nothing()
        .returning(PartnerNotice.id)
    ).first()
    if made is not None:
        outbox.add(session, EventKind.NOTICE_DUE, [notice_id], due_at=due_at)


def hurry(session: Session, lead_id: UUID, *, at: datetime) -> None:
    """Nobody is handing the lead over any more: notices that waited for that are due now."""
    due = session.scalars(
        update(PartnerNotice)
        .where(PartnerNotice.lead_id == lead_id, PartnerNotice.status == NoticeStatus.PENDING)
        .where(PartnerNotice.attempts_made == 0, PartnerNotice.due_at > at)
        .values(due_at=at)
        .returning(PartnerNotice.id)
        .execution_options(synchronize_session=False)
    ).all()
    outbox.add(session, EventKind.NOTICE_DUE, due, due_at=at)


def cancel(session: Session, lead_id: UUID, *, reason: str) -> None:
    """Notices about the lead that have not reached the partner's endpoint are not sent: a later one says more."""
    session.execute(
        update(PartnerNotice)
        .where(PartnerNotice.lead_id == lead_id)
        .where(PartnerNotice.status.in_((NoticeStatus.PENDING, NoticeStatus.LEASED)))
        .values(status=NoticeStatus.CANCELLED, reason=reason, due_at=None, leased_until=None, lease_id=None)
        .execution_options(synchronize_session=False)
    )


def tell(begin: Begin, clock: Clock, outside: Outside, notice_id: UUID) -> None:
    """One try at telling the partner, if it is due and nobody else is at it.

    The first try also queues a mail to the partner's contact, with a link to say that it is done.
    """
    with begin() as session:
        handover = _lease(session, clock.now(), outside, notice_id)
    if handover is None:
        return
    answered = post(outside.webhook, handover.request, clock)
    with begin() as session:
        _record(session, clock.now(), handover, answered, outside)
    lease.count_attempt("notice", answered.outcome.kind)


def replay(session: Session, clock: Clock, notice_id: UUID) -> None:
    """Staff have a notice that failed tried again, with a full set of retries and the same webhook-id.

    Refused when it has not failed, and when a later notice about the lead says more. NotFound when there is none.
    """
    now = clock.now()
    row = _locked(session, notice_id)
    if row is None:
        raise NotFound("There is no such notice.")
    if row.status is not NoticeStatus.FAILED:
        raise Refused(Problem("notice", f"Only a failed notice can be sent again; this one is {row.status}."))
    later = exists().where(
        PartnerNotice.lead_id == row.lead_id,
        PartnerNotice.created_at > row.created_at,
        PartnerNotice.kind.in_((NoticeKind.WITHDRAWN, NoticeKind.ERASED)),
    )
    if session.execute(select(later)).scalar():
        raise Refused(Problem("notice", "A later notice about this lead says more than this one."))
    row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.PENDING)
    row.reason, row.attempts_made, row.due_at = "replayed_by_staff", 0, now
    outbox.add(session, EventKind.NOTICE_DUE, [row.id], due_at=now)


def acknowledge(session: Session, clock: Clock, token: str) -> None:
    """A person at the partner says that it is done. Twice is the same as once; NotFound for a wrong link."""
    row = session.execute(
        select(PartnerNotice).where(PartnerNotice.token_hash == token_hash(token)).with_for_update()
    ).scalar_one_or_none()
    if row is None or row.status is NoticeStatus.CANCELLED:
        raise NotFound("There is no such notice.")
    if row.status is not NoticeStatus.ACKNOWLEDGED:
        _acknowledged(row, AcknowledgedBy.LINK, at=clock.now())


def _lease(session: Session, now: datetime, outside: Outside, notice_id: UUID) -> _Handover | None:
    lead = select(Lead.id).join(PartnerNotice, PartnerNotice.lead_id == Lead.id).where(PartnerNotice.id == notice_id)
    # The mail we queue below points to the lead: its lock comes before the notice's, as it does for whoever withdraws.
    session.execute(lead.with_for_update(read=True, key_share=True, of=Lead))
    row = _locked(session, notice_id)
    if row is None:
        return None
    if row.status is NoticeStatus.LEASED and lease.is_abandoned(row, now):
        lease.abandon_started(session, row, now)
        lease.give_up(row, due_at=now)
        row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.PENDING)
        if row.attempts_made > len(outside.retries.delays):
            _fail(row, "worker_lost_repeatedly")
            return None
    if row.status is not NoticeStatus.PENDING or row.due_at is None or row.due_at > now:
        return None
    row.token_hash = token_hash(outside.links.notice_token(row.id))
    _queue_mail(session, row, at=now)
    endpoint = webhook_of(session, row.partner_id)
    if endpoint is None or endpoint.url is None:
        _fail(row, "no_endpoint")
        return None
    row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.LEASED)
    lease_id = lease.take(row, now, outside.retries.lease)
    request = WebhookRequest(
        url=endpoint.url,
        body=_body(session, row, outside.links),
        webhook_id=row.webhook_id,
        secrets=secrets_of(endpoint, outside.seal, now),
        timestamp=now,
    )
    return _Handover(row.id, lease_id, lease.begin_attempt(session, row, now), request)


def _queue_mail(session: Session, row: PartnerNotice, *, at: datetime) -> None:
    message.queue(
        session,
        key=f"notice:{row.id}:{Template.PARTNER_NOTICE}",
        message_class=MessageClass.PARTNER,
        template=Template.PARTNER_NOTICE,
        at=at,
        partner_id=row.partner_id,
        lead_id=row.lead_id,
        about={"notice_id": str(row.id)},
    )


def _body(session: Session, row: PartnerNotice, links: Links) -> bytes:
    """An event in the form of the Standard Webhooks: `type`, `timestamp`, `data`. Only a correction holds details."""
    lead = session.get_one(Lead, row.lead_id)
    data: dict[str, Any] = {
        "lead_id": str(lead.id),
        "program_id": lead.program_id,
        "test": lead.test,
        "acknowledge_url": links.notice_url(row.id),
    }
    if row.kind is NoticeKind.CORRECTED:
        prospect = session.get_one(Prospect, lead.prospect_id)
        data["student"] = {name: getattr(prospect, name) for name in row.fields}
    event = {"type": f"lead.{row.kind}", "timestamp": row.created_at.isoformat(), "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _record(session: Session, now: datetime, handover: _Handover, answered: Answered, outside: Outside) -> None:
    outcome, answer = answered.outcome, answered.answer
    row = _locked(session, handover.notice_id)
    if row is None:
        return
    # What a partner says to a notice is not needed, and may name the student: its status is enough.
    lease.finish_attempt(
        session,
        handover.attempt_id,
        outcome.kind,
        at=now,
        reason="partner_rejected" if outcome.kind is AttemptOutcome.REJECTED else outcome.reason,
        http_status=answer.status if answer else None,
        duration_ms=answer.duration_ms if answer else None,
    )
    if row.lease_id != handover.lease_id:
        return
    if outcome.kind in _TOLD:
        row.told_at, row.reason = now, None
        if answer is not None and acknowledges(answer):
            _acknowledged(row, AcknowledgedBy.ANSWER, at=now)
        else:
            row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.TOLD)
            lease.give_up(row)
        return
    wait = (
        outside.retries.delay(row.attempts_made, spread=outside.spread(), retry_after=outcome.retry_after)
        if outcome.kind is AttemptOutcome.RETRYABLE
        else None
    )
    if wait is None:
        _fail(row, "retries_used_up" if outcome.kind is AttemptOutcome.RETRYABLE else f"partner_{outcome.kind}")
        return
    row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.PENDING)
    row.reason = outcome.reason
    lease.give_up(row, due_at=now + wait)


def _fail(row: PartnerNotice, reason: str) -> None:
    row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.FAILED)
    row.reason = reason
    lease.give_up(row)


def _acknowledged(row: PartnerNotice, by: AcknowledgedBy, *, at: datetime) -> None:
    row.status = NOTICE_LIFECYCLE.check(row.status, NoticeStatus.ACKNOWLEDGED)
    row.acknowledged_at, row.acknowledged_by = at, by
    lease.give_up(row)


def _locked(session: Session, notice_id: UUID) -> PartnerNotice | None:
    return session.execute(
        select(PartnerNotice)
        .where(PartnerNotice.id == notice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
