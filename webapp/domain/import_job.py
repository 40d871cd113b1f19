"""An import on its way from the file to the catalogue: what it waits for, and which step may follow which."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class ImportKind(StrEnum):
    """What a file is. IPEDS comes as three files."""

    CSV = "csv"
    XLSX = "xlsx"
    IPEDS = "ipeds"


class ImportJobStatus(StrEnum):
    MAPPING = "mapping"  # somebody must say which column is which
    CHECKING = "checking"  # a worker does, or will do, the dry run
    CHECKED = "checked"  # somebody must decide
    APPLYING = "applying"  # a worker publishes it, or will
    APPLIED = "applied"
    UNDOING = "undoing"  # a worker puts back what was before, or will
    UNDONE = "undone"
    FAILED = "failed"  # workers died over it
    DISCARDED = "discarded"


S = ImportJobStatus
IMPORT_JOB_LIFECYCLE: Final = Lifecycle[ImportJobStatus](
    "import",
    {
        S.MAPPING: frozenset({S.CHECKING, S.DISCARDED}),
        S.CHECKING: frozenset({S.CHECKED, S.FAILED}),
        S.CHECKED: frozenset({S.CHECKING, S.APPLYING, S.DISCARDED}),
        S.APPLYING: frozenset({S.APPLIED, S.CHECKED, S.FAILED}),
        S.APPLIED: frozenset({S.UNDOING}),
        S.UNDOING: frozenset({S.UNDONE, S.APPLIED}),
        S.UNDONE: frozenset(),
        S.FAILED: frozenset({S.CHECKING, S.DISCARDED}),
        S.DISCARDED: frozenset(),
    },
)
AT_WORK: Final = frozenset({S.CHECKING, S.APPLYING, S.UNDOING})
"""A worker is at it, or will be."""
WAITING: Final = frozenset({S.MAPPING, S.CHECKED, S.FAILED})
"""A person must say how it goes on. Forgotten ones are thrown away after `KEPT`."""
KEPT: Final = timedelta(days=7)
MOST_TRIES: Final = 3
