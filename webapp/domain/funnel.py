"""The funnel: how far a school says it came with a lead, dated. Forward with skips; back only by a correction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from webapp.domain.errors import Problem, Refused


class FunnelStatus(StrEnum):
    """In order."""

    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    APPLICATION_STARTED = "application_started"
    APPLIED = "applied"
    ADMITTED = "admitted"
    ENROLLED = "enrolled"
    STARTED = "started"

    @property
    def place(self) -> int:
        return _PLACES[self]


_PLACES: Final = {status: place for place, status in enumerate(FunnelStatus)}

FUNNEL_LABELS: Final = {
    FunnelStatus.CONTACTED: "Contacted",
    FunnelStatus.QUALIFIED: "Qualified",
    FunnelStatus.APPLICATION_STARTED: "Application started",
    FunnelStatus.APPLIED: "Applied",
    FunnelStatus.ADMITTED: "Admitted",
    FunnelStatus.ENROLLED: "Enrolled",
    FunnelStatus.STARTED: "Started classes",
}


class FunnelSource(StrEnum):
    """The way a status came to us."""

    API = "api"
    PORTAL = "portal"
    LINK = "link"
    CSV = "csv"
    STAFF = "staff"


class CorrectionReason(StrEnum):
    """Why what was said before does not hold. A closed list, since these steps are kept for good and name nobody."""

    ENTERED_BY_MISTAKE = "entered_by_mistake"
    WRONG_LEAD = "wrong_lead"
    WRONG_DATE = "wrong_date"
    STUDENT_LEFT = "student_left"


SOURCE_LABELS: Final = {
    FunnelSource.API: "by your system",
    FunnelSource.PORTAL: "in the portal",
    FunnelSource.LINK: "by the mailed link",
    FunnelSource.CSV: "by a file",
    FunnelSource.STAFF: "by our staff",
}
CORRECTION_LABELS: Final = {
    CorrectionReason.ENTERED_BY_MISTAKE: "It was entered by mistake",
    CorrectionReason.WRONG_LEAD: "It was another lead",
    CorrectionReason.WRONG_DATE: "The date was wrong",
    CorrectionReason.STUDENT_LEFT: "The student left again",
}


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One thing that was said. A correction undoes its own status and all after it; without a status, everything."""

    status: FunnelStatus | None
    on: date | None
    correction: bool = False


Standing = Mapping[FunnelStatus, date]
"""What holds now: the date of each status that was reached."""


def standing(steps: Iterable[FunnelStep]) -> dict[FunnelStatus, date]:
    """What holds after `steps`, oldest first."""
    found: dict[FunnelStatus, date] = {}
    for step in steps:
        found = after(found, step)
    return found


def after(held: Standing, step: FunnelStep) -> dict[FunnelStatus, date]:
    """What holds after one more step, which must be allowed."""
    keep = dict(held)
    if step.correction:
        least = step.status.place if step.status is not None else 0
        keep = {status: on for status, on in held.items() if status.place < least}
    if step.status is not None and step.on is not None:
        keep[step.status] = step.on
    return keep


def furthest(held: Standing) -> FunnelStatus | None:
    """The last status that was reached."""
    return max(held, key=lambda status: status.place, default=None)


def at_least(status: FunnelStatus) -> tuple[FunnelStatus, ...]:
    """That status and all after it: whoever stands at one of them came at least so far."""
    return tuple(each for each in FunnelStatus if each.place >= status.place)


def check_step(held: Standing, status: FunnelStatus, on: date) -> bool:
    """Whether `status` on that date says anything new; Refused where it would go back without a correction."""
    if held.get(status) == on:
        return False
    latest = furthest(held)
    if latest is None:
        return True
    if status in held:
        what = f"This lead was {status} on {held[status].isoformat()} already, not on {on.isoformat()}."
        raise Refused(Problem("date", what, "Correct it, with a reason."))
    if status.place < latest.place:
        what = f"This lead is {latest} since {held[latest].isoformat()}; {status} comes before that."
        raise Refused(Problem("status", what, "Correct it, with a reason."))
    if on < held[latest]:
        what = f"This lead was {latest} on {held[latest].isoformat()}; it cannot be {status} before that."
        raise Refused(Problem("date", what, "Check the date, or correct the earlier one with a reason."))
    return True
