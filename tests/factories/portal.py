"""People of partners who have chosen a password, and leads of one partner in every state it can see."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.factories.lead import delivery_of, leads_of, put_delivery, put_lead
from tests.factories.password import PASSWORD, password_hash
from tests.factories.request import submit_request
from tests.factories.school import School
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.ids import new_id, new_token
from webapp.domain.lead import LeadStatus
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.domain.partner_role import PartnerRole
from webapp.models import BillingCycle, Delivery, Lead, PartnerAccessLink, PartnerAccount, PartnerNotice
from webapp.services import charge, invoice

S = LeadStatus
SHOWN = {"email": "shown@student.example", "answer": '{"outcome": "accepted", "id": "QM-20418"}'}


@dataclass(frozen=True)
class MemberLogin:
    """What a test needs to log in with."""

    id: UUID
    partner_id: UUID
    email: str
    password: str = PASSWORD


def make_member(
    session: Session, running: Runtime, partner_id: UUID, role: PartnerRole = PartnerRole.OWNER
) -> MemberLogin:
    """Somebody who has chosen a password."""
    now = running.clock.now()
    account = PartnerAccount(
        id=new_id(),
        partner_id=partner_id,
        email=f"member-{new_id().hex}@school.example",
        name="Mira Okoye",
        role=role,
        active=True,
        password=password_hash(),
        session_stamp=new_token(),
        created_at=now,
        updated_at=now,
    )
    session.add(account)
    session.flush()
    return MemberLogin(account.id, partner_id, account.email)


def access_token(session: Session, running: Runtime, account_id: UUID) -> str:
    """The token in the newest link that was mailed to an account."""
    link = session.scalars(
        select(PartnerAccessLink.id)
        .where(PartnerAccessLink.account_id == account_id)
        .order_by(PartnerAccessLink.created_at.desc(), PartnerAccessLink.id.desc())
    ).first()
    assert link is not None
    return running.links.partner_access_token(link)


def ask_for(session: Session, running: Runtime, school: School, email: str, **more: object) -> UUID:
    """A student's lead to one school, in its undo window."""
    stored = submit_request(session, running.clock, running.links, [school], email=email, **more)  # type: ignore[arg-type]
    return leads_of(session, stored.submission_id)[0]


def put_lead_in(session: Session, running: Runtime, school: School, status: LeadStatus) -> UUID:
    """A lead that came to `status` as such leads do."""
    lead_id = ask_for(session, running, school, f"{new_id().hex[:8]}-{status}@student.example")
    at = running.clock.now()
    steps, delivery, tries = _WAYS[status]
    put_lead(session, lead_id, [(LeadStatus.QUEUED, "undo_window_over"), *steps], at)
    put_delivery(session, lead_id, delivery, tries, at=at, reason=steps[-1][1] if steps else "waiting")
    values: dict[str, object] = {}
    if any(step[0] is LeadStatus.DELIVERED for step in steps):
        values["delivered_at"] = at + timedelta(minutes=12)
        session.execute(
            update(Delivery).where(Delivery.lead_id == lead_id).values(sent={"student": {"email": SHOWN["email"]}})
        )
    if status is LeadStatus.DELIVERING:
        session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_of(session, lead_id))
            .values(due_at=at + timedelta(hours=2), finished_at=None)
        )
    if values:
        session.execute(update(Lead).where(Lead.id == lead_id).values(**values))
    if status is LeadStatus.WITHDRAWN:
        session.execute(
            insert(PartnerNotice).values(
                id=new_id(),
                lead_id=lead_id,
                partner_id=school.partner_id,
                kind=NoticeKind.WITHDRAWN,
                webhook_id=f"msg_{new_id()}",
                status=NoticeStatus.TOLD,
                created_at=at + timedelta(hours=1),
            )
        )
    return lead_id


def make_invoices(session: Session, running: Runtime, partner_id: UUID, *lead_ids: UUID) -> tuple[UUID, ...]:
    """Bill leads two months ago, by the price of today, and close that month: the ids of the invoices."""
    then = FrozenClock(running.clock.now() - timedelta(days=60))
    for lead_id in lead_ids:
        charge.accrue(session, session.get_one(Lead, lead_id, with_for_update=True), at=then.now())
    then.advance(timedelta(days=32))
    cycles = session.scalars(
        select(BillingCycle.id).where(BillingCycle.partner_id == partner_id, BillingCycle.ends_at <= then.now())
    ).all()
    return tuple(made for cycle_id in cycles for made in invoice.close(session, then, cycle_id))


_STARTED = (S.DELIVERING, "delivery_started")
_BUSY = (AttemptOutcome.RETRYABLE, 503, "busy")
_TAKEN = (AttemptOutcome.ACCEPTED, 200, SHOWN["answer"])
_WAYS: dict[
    LeadStatus, tuple[list[tuple[LeadStatus, str]], DeliveryStatus, list[tuple[AttemptOutcome, int | None, str | None]]]
] = {
    S.QUEUED: ([], DeliveryStatus.PENDING, []),
    S.HELD_CAP: ([(S.HELD_CAP, "cap_full")], DeliveryStatus.WAITING, []),
    S.HELD_SCHEDULE: ([(S.HELD_SCHEDULE, "partner_paused")], DeliveryStatus.WAITING, []),
    S.HELD_REVIEW: ([(S.HELD_REVIEW, "duplicate_in_window")], DeliveryStatus.WAITING, []),
    S.DELIVERING: ([_STARTED], DeliveryStatus.PENDING, [_BUSY]),
    S.DELIVERED: ([_STARTED, (S.DELIVERED, "http_200")], DeliveryStatus.DELIVERED, [_TAKEN]),
    S.REJECTED: (
        [_STARTED, (S.REJECTED, "answer_rejected")],
        DeliveryStatus.REJECTED,
        [(AttemptOutcome.REJECTED, 200, '{"outcome": "rejected"}')],
    ),
    S.DUPLICATE_AT_PARTNER: (
        [_STARTED, (S.DUPLICATE_AT_PARTNER, "http_409")],
        DeliveryStatus.DUPLICATE,
        [(AttemptOutcome.DUPLICATE, 409, "known")],
    ),
    S.FAILED: (
        [_STARTED, (S.FAILED, "retries_used_up")],
        DeliveryStatus.FAILED,
        [_BUSY, _BUSY],
    ),
    S.WITHDRAWN: (
        [_STARTED, (S.DELIVERED, "http_200"), (S.WITHDRAWN, "withdrawn_by_student")],
        DeliveryStatus.DELIVERED,
        [_TAKEN],
    ),
    S.EXPIRED: ([(S.HELD_CAP, "cap_full"), (S.EXPIRED, "expired")], DeliveryStatus.CANCELLED, []),
}
