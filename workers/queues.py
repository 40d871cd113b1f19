"""The queues, and which task acts on which outbox event. One table each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import redis

from webapp.domain.events import EventKind
from webapp.gateways.wakeup import RELAY_QUEUE, RELAY_TASK

MAIL: Final = "mail"
LEADS: Final = "leads"
UPKEEP: Final = "upkeep"
IMPORTS: Final = "imports"
OUTBOX: Final = RELAY_QUEUE

QUEUES: Final = (OUTBOX, LEADS, MAIL, UPKEEP, IMPORTS)
"""Every queue there is. The one worker of `program-match run` consumes them all."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which task acts on an event, on which queue, and how many ids one message carries."""

    task: str
    queue: str
    ids_per_message: int


ROUTES: Final[dict[EventKind, Route]] = {
    # Handing over takes the other side's time, so messages are short and other workers can share the work.
    EventKind.MESSAGE_DUE: Route("messages.send", MAIL, 100),
    EventKind.DELIVERY_DUE: Route("deliveries.attempt", LEADS, 5),
    EventKind.BATCH_DUE: Route("batches.close", LEADS, 1),
    EventKind.LEAD_DUE: Route("leads.release", LEADS, 50),
    EventKind.NOTICE_DUE: Route("notices.tell", LEADS, 5),
    EventKind.LINK_REQUESTED: Route("links.mail", MAIL, 50),
    EventKind.BULK_ACT_DUE: Route("bulk_acts.work", UPKEEP, 1),
    EventKind.MAIL_RECEIVED: Route("inbound_mails.handle", UPKEEP, 50),
    EventKind.WEIGHTS_TRIAL_DUE: Route("weights.try", UPKEEP, 1),
    # Minutes of work: a queue of its own, so that an installation may give it a worker of its own.
    EventKind.IMPORT_DUE: Route("imports.run", IMPORTS, 1),
}

TASK_QUEUES: Final[dict[str, str]] = {
    RELAY_TASK: OUTBOX,
    **{route.task: route.queue for route in ROUTES.values()},
    "upkeep.sweep": UPKEEP,
    "upkeep.purge": UPKEEP,
    "upkeep.audit_exposure": UPKEEP,
    "upkeep.count_days": UPKEEP,
    "upkeep.mail_reputation": UPKEEP,
    "billing.close": UPKEEP,
    "follow_ups.move": UPKEEP,
}
"""Every task there is, and its queue."""


def depths(broker: redis.Redis, queues: Sequence[str] = QUEUES) -> dict[str, int]:
    """How many messages wait in each of `queues`. Raises redis.RedisError."""
    pipeline = broker.pipeline(transaction=False)
    for queue in queues:
        pipeline.llen(queue)
    return dict(zip(queues, pipeline.execute(), strict=True))
