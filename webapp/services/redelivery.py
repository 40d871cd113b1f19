"""Sending again: failed deliveries start over, delivered ones are repeated for a partner that lost them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import DELIVERY_LIFECYCLE, DeliveryStatus, Side
from webapp.domain.errors import DomainError, NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import Delivery, Lead, Partner
from webapp.services import ending, outbox
from webapp.services import lead as leads
from webapp.services.transaction import Begin

MOST_AT_ONCE: Final = 200
"""So many are sent again by one press of a button: each is a transaction, and somebody waits for the page."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of several: those that are sent again, and why the others are not."""

    sent: tuple[UUID, ...]
    refused: tuple[tuple[UUID, str], ...]


def replay(session: Session, clock: Clock, delivery_id: UUID, *, by: Side = Side.STAFF) -> None:
    """Send a failed delivery again: it starts over with all its methods and retries, under the same webhook-id.

    Refused, in words, when it has not failed, when its lead's time is over or its partner takes no more leads.
    """
    now = clock.now()
    lead, delivery = ending.locked(session, delivery_id)
    if delivery.status is not DeliveryStatus.FAILED or lead.status is not LeadStatus.FAILED:
        raise Refused(Problem("delivery", f"Only a failed delivery can be sent again; this one is {delivery.status}."))
    _refuse_what_is_over(session, lead, now)
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.WAITING)
    reason = f"replayed_by_{by}"
    _start_over(session, lead, delivery, reason)
    leads.queue(session, lead, at=now, reason=reason)


def redeliver(session: Session, clock: Clock, delivery_id: UUID, *, by: Side = Side.STAFF) -> None:
    """Hand a delivered lead over again, for a partner that lost it: same webhook-id, marked as a redelivery.

    The lead stays delivered whatever is answered, so no cap and no money moves. Refused when it is not delivered,
    or the student took it back.
    """
    now = clock.now()
    lead, delivery = ending.locked(session, delivery_id)
    if delivery.status is not DeliveryStatus.DELIVERED or lead.status is not LeadStatus.DELIVERED:
        raise Refused(
            Problem("delivery", f"Only a delivered lead can be handed over again; this one is {lead.status}.")
        )
    _refuse_what_is_over(session, lead, None)
    delivery.status = DELIVERY_LIFECYCLE.check(delivery.status, DeliveryStatus.PENDING)
    delivery.redelivery = True
    _start_over(session, lead, delivery, f"redelivery_by_{by}")
    delivery.due_at = now
    outbox.add(session, EventKind.DELIVERY_DUE, [delivery.id], due_at=now)


class Again(Protocol):
    """`replay` or `redeliver`."""

    def __call__(self, session: Session, clock: Clock, delivery_id: UUID, *, by: Side) -> None: ...


def again_for(delivered: bool) -> Again:
    """How deliveries are sent again that were `delivered`, or that failed."""
    return redeliver if delivered else replay


def replay_each(
    begin: Begin,
    clock: Clock,
    delivery_ids: Iterable[UUID],
    *,
    by: Side,
    again: Again = replay,
    note: Callable[[Session, UUID], None] = lambda _session, _delivery_id: None,
) -> Replayed:
    """Send several again, each in a transaction of its own: one that is refused keeps no other from going.

    `again` is `replay` or `redeliver`; `note` writes down who had it done, in the same transaction.
    """
    sent: list[UUID] = []
    refused: list[tuple[UUID, str]] = []
    for delivery_id in delivery_ids:
        try:
            with begin() as session:
                again(session, clock, delivery_id, by=by)
                note(session, delivery_id)
        except (Refused, NotFound) as fault:
            refused.append((delivery_id, _words(fault)))
        else:
            sent.append(delivery_id)
    return Replayed(tuple(sent), tuple(refused))


def _start_over(session: Session, lead: Lead, delivery: Delivery, reason: str) -> None:
    delivery.attempts_made, delivery.finished_at, delivery.reason = 0, None, reason
    delivery.failed_methods, delivery.slot_at, delivery.batch_id, delivery.message_id = [], None, None, None
    left = ending.methods_left(session, lead, delivery)
    if left:
        ending.use(delivery, left[0])


def _refuse_what_is_over(session: Session, lead: Lead, now: datetime | None) -> None:
    if now is not None and lead.expires_at <= now:
        raise Refused(
            Problem(
                "lead",
                f"Its time ran out on {lead.expires_at:%Y-%m-%d}: the student's wish is too old to be acted on.",
                "The student has to ask again.",
            )
        )
    if session.get_one(Partner, lead.partner_id).status is PartnerStatus.ENDED:
        raise Refused(Problem("partner", "takes no more leads.", "Make the partner live again first."))


def _words(fault: DomainError) -> str:
    if isinstance(fault, Refused):
        return " ".join(part for problem in fault.problems for part in (problem.what, problem.remedy) if part)
    return str(fault)
