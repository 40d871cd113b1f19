"""The sweep: picks up what is due, what was abandoned and what lags. It makes the broker optional to correctness."""

from collections.abc import Callable, Mapping, Set
from datetime import timedelta
from typing import Final
from uuid import UUID

from webapp.domain.clock import Clock
from webapp.domain.events import EventKind
from webapp.domain.switch import Switch
from webapp.observability.log import get_logger
from webapp.observability.metrics import SWEPT
from webapp.queries.due import (
    due_batches,
    due_bulk_acts,
    due_deliveries,
    due_imports,
    due_inbound_mails,
    due_leads,
    due_link_requests,
    due_messages,
    due_notices,
    due_weights_trials,
    expired_leads,
)
from webapp.queries.switch import list_off
from webapp.services import lead
from webapp.services.outbox import Publish
from webapp.services.transaction import Begin

log = get_logger(__name__)

GRACE = timedelta(seconds=3)
"""How long the quick way (relay, broker, task) has before the sweep steps in."""
LIMIT = 2000

Find = Callable[..., list[UUID]]
_FINDINGS: tuple[tuple[EventKind, Find], ...] = (
    (EventKind.MESSAGE_DUE, due_messages),
    (EventKind.DELIVERY_DUE, due_deliveries),
    (EventKind.BATCH_DUE, due_batches),
    (EventKind.LEAD_DUE, due_leads),
    (EventKind.NOTICE_DUE, due_notices),
    (EventKind.LINK_REQUESTED, due_link_requests),
    (EventKind.MAIL_RECEIVED, due_inbound_mails),
    (EventKind.WEIGHTS_TRIAL_DUE, due_weights_trials),
    (EventKind.IMPORT_DUE, due_imports),
    (EventKind.BULK_ACT_DUE, due_bulk_acts),
)
_STOPS: Final[Mapping[Switch, Set[EventKind]]] = {
    Switch.MAIL: frozenset({EventKind.MESSAGE_DUE}),
    Switch.DELIVERIES: frozenset({EventKind.DELIVERY_DUE, EventKind.BATCH_DUE}),
}
"""What is left lying while a switch is off: publishing it would only bring it back."""


def sweep(begin: Begin, publish: Publish, clock: Clock) -> int:
    """Publish the ids of everything that should be moving and is not; the number found.

    Publishing an id twice is harmless: whoever comes second finds the row leased or done.
    """
    total = 0
    with begin() as session:
        stopped = {kind for off in list_off(session) for kind in _STOPS[off.switch]}
    for kind, find in _FINDINGS:
        if kind in stopped:
            continue
        with begin() as session:
            found = find(session, clock.now(), grace=GRACE, limit=LIMIT)
        if found:
            publish(kind, found)
            SWEPT.labels(kind).inc(len(found))
            log.info("swept", kind=kind, found=len(found))
        total += len(found)
    return total + _expire(begin, clock)


def _expire(begin: Begin, clock: Clock) -> int:
    with begin() as session:
        expired = expired_leads(session, clock.now(), limit=LIMIT)
    for lead_id in expired:
        with begin() as session:
            lead.expire(session, clock, lead_id)
    if expired:
        SWEPT.labels("lead.expired").inc(len(expired))
    return len(expired)
