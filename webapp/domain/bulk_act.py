"""One act of staff upon many: looked at first, then done one by one, each once."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class BulkKind(StrEnum):
    RELEASE = "release"  # leads held for review
    END = "end"  # leads held for review, with a reason
    MARK_INVALID = "mark_invalid"  # leads held for review, with what is wrong
    REPLAY = "replay"  # failed deliveries
    RESEND = "resend"  # failed messages from the start, deferred ones now


class BulkStatus(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"


class ItemStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


BULK_LIFECYCLE: Final = Lifecycle[BulkStatus](
    "bulk act",
    {
        BulkStatus.PLANNED: frozenset({BulkStatus.RUNNING}),
        BulkStatus.RUNNING: frozenset({BulkStatus.DONE}),
        BulkStatus.DONE: frozenset(),
    },
)

OBJECTS: Final[Mapping[BulkKind, str]] = {
    BulkKind.RELEASE: "lead",
    BulkKind.END: "lead",
    BulkKind.MARK_INVALID: "lead",
    BulkKind.REPLAY: "delivery",
    BulkKind.RESEND: "message",
}
"""What each is done to."""

ACTIONS: Final[Mapping[BulkKind, str]] = {
    BulkKind.RELEASE: "released",
    BulkKind.END: "ended",
    BulkKind.MARK_INVALID: "marked_invalid",
    BulkKind.REPLAY: "replayed",
    BulkKind.RESEND: "resent",
}
"""How the audit log calls it: as when it is done to one."""

MOST_AT_ONCE: Final = 10_000
"""The most that one act takes. What is more is left out, and the preview says so."""
