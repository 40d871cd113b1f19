"""What the import centre calls the states of an import, and the steps it shows."""

from collections.abc import Mapping
from typing import Any, Final

from webapp.admin.words import IMPORT_LOOKS, Look
from webapp.domain.import_job import ImportJobStatus
from webapp.queries.past_import import ImportRow

S = ImportJobStatus
JOB_LOOKS: Final[Mapping[ImportJobStatus, Look]] = {
    S.MAPPING: ("Columns to be named", "warm"),
    S.CHECKING: ("Being checked", "accent"),
    S.CHECKED: ("Checked: waits for you", "warm"),
    S.APPLYING: ("Being published", "accent"),
    S.APPLIED: ("Published", "good"),
    S.UNDOING: ("Being undone", "accent"),
    S.UNDONE: ("Undone", "neutral"),
    S.FAILED: ("Failed", "error"),
    S.DISCARDED: ("Thrown away", "neutral"),
}
AT_WORK_WORDS: Final[Mapping[ImportJobStatus, str]] = {
    S.CHECKING: "A worker reads the file and works out what would change. Nothing is published by this.",
    S.APPLYING: "A worker publishes what the file says. Until it is done, nobody sees any of it.",
    S.UNDOING: "A worker puts back what was before.",
}
_STEPS: Final = ("File", "Columns", "Check", "Publish")
_AT: Final[Mapping[ImportJobStatus, int]] = {
    S.MAPPING: 2,
    S.CHECKING: 3,
    S.CHECKED: 3,
    S.APPLYING: 4,
    S.APPLIED: 4,
    S.UNDOING: 4,
    S.UNDONE: 4,
    S.FAILED: 3,
    S.DISCARDED: 3,
}


def steps_of(status: ImportJobStatus) -> dict[str, Any]:
    """The steps of an import and which is the present one, as the macro `progress` takes them."""
    return {"steps": [{"name": name, "url": None} for name in _STEPS], "current": _AT[status]}


def look_of(row: ImportRow) -> Look:
    """How a past import is shown."""
    return ("Undone", "neutral") if row.undone_at is not None else IMPORT_LOOKS[row.status]
