"""Limits: a partner's caps, hours and pace together, and what they would do with a lead that came now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from webapp.domain.cap import CapTerms, WhenFull
from webapp.domain.cap_words import limit_words, scope_words

LIMIT_ACTIONS: Final[Mapping[str, str]] = {
    "cap_set": "set a cap",
    "cap_removed": "removed a cap",
    "cap_asked": "asked the owner for another cap",
    "cap_removal_asked": "asked the owner to remove a cap",
    "cap_request_approved": "approved what was asked for a cap",
    "cap_request_declined": "declined what was asked for a cap",
    "cap_request_taken_back": "took back what was asked for a cap",
    "hours_set": "set hours and pace",
    "hours_removed": "removed hours and pace",
}
"""What the trail calls each change of limits, and in words."""
Say = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class LeadKind:
    """What of a lead decides which limits it meets: its program and the state its student lives in.

    A program of an empty id is any that stands in no group and has no cap of its own.
    """

    program_id: str = ""
    state: str | None = None


class LimitVerdict(StrEnum):
    """What would become of a lead that came now, if nothing but the limits stood in its way."""

    GOES = "goes"
    PAUSED = "paused"
    ENDED = "ended"
    CLOSED = "closed"
    FULL = "full"
    PACED = "paced"


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the limits do with a lead now, and until when. `cap` and its `about` name the one that is full.

    `waits` says of a full cap whether a lead may wait for its next period, where its student agrees. `until` is None
    where nobody knows, or where there is no such time.
    """

    verdict: LimitVerdict
    until: datetime | None = None
    cap: CapTerms | None = None
    about: str = ""
    waits: bool = False


def foresight_words(found: Foresight, say: Say, *, whose: str) -> str:
    """One sentence about a lead that came this minute. `whose` is "your" or "its"; `say` tells a moment in words."""
    return f"A lead that came this minute {_clause(found, say, whose)}"


def _clause(found: Foresight, say: Say, whose: str) -> str:
    until = f" until {say(found.until)}" if found.until else ""
    match found.verdict:
        case LimitVerdict.GOES:
            return "would go out at once."
        case LimitVerdict.PAUSED:
            return "would wait until leads are resumed: they are paused."
        case LimitVerdict.ENDED:
            return "would end: this partner takes no leads any more."
        case LimitVerdict.CLOSED:
            return f"would wait{until or ' until its time is over'}: outside {whose} hours."
        case LimitVerdict.PACED:
            return f"would wait{until or ' until its time is over'}: {whose} pace is used up until then."
        case LimitVerdict.FULL:
            return _full(found, until, whose)


def _full(found: Foresight, until: str, whose: str) -> str:
    if found.cap is None:
        raise ValueError("a cap that is full has terms")
    name = f"{whose} cap of {limit_words(found.cap)} ({scope_words(found.cap, found.about)}) is full"
    if found.waits:
        return f"would wait{until} if its student lets it wait, and else end and the student be told: {name}."
    why = "" if found.cap.when_full is WhenFull.TELL else ", since there is no place before its time is over"
    return f"would end at once and its student be told{why}: {name}."
