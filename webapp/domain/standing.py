"""Where a lead stands, answered for whoever asks: why it is not delivered (yet), what happens next, and when.

One record, three readers. Staff read what to do about it, a partner's people what their own system has to do with it,
and the student plain words. Each pair of status and reason has a sentence for each of them; an answer of a partner that
has no code of ours falls back on the sentence of its status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.domain.lead import LeadStatus
from webapp.domain.next_step_words import NEXT, NEXT_BY_REASON
from webapp.domain.standing_words import BETWEEN_TRIES, WHY, WHY_BY_REASON, WITHDRAWN_AFTER


class Reader(StrEnum):
    """Who asks."""

    STAFF = "staff"
    PARTNER = "partner"
    STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Times:
    """What may come next, each None where it does not: the end of the undo window, the next look at the lead, the next
    try at its delivery, and when it ends undelivered."""

    undo_until: datetime | None = None
    due_at: datetime | None = None
    retry_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`why` says why the lead is not delivered, or that it is; `next_step` what happens now, and when."""

    why: str
    next_step: str


Say = Callable[[datetime], str]
"""A moment in words."""


def standing_of(
    reader: Reader,
    status: LeadStatus,
    reason: str | None,
    times: Times,
    *,
    partner: str,
    say: Say,
    was_sent: bool = False,
) -> Standing:
    """The two sentences for `reader`. `was_sent` says that the partner has it, or may: it matters once it is withdrawn.

    Never empty, never a code: a reason unknown here, such as a partner's own words, takes the words of the status.
    """
    words = WHY_BY_REASON.get((status, reason or "")) or WHY[status]
    following = NEXT_BY_REASON.get((status, reason or "")) or NEXT[status]
    if status is LeadStatus.WITHDRAWN and was_sent:
        words, following = WITHDRAWN_AFTER
    if status is LeadStatus.DELIVERING and times.retry_at is not None:
        words, following = BETWEEN_TRIES
    place = list(Reader).index(reader)
    told = {
        "partner": partner,
        "leaves": _said(times.undo_until, say),
        "until": f"at {say(times.due_at)}" if times.due_at else "soon",
        "retry": _said(times.retry_at, say),
        "end": _said(times.expires_at, say, "its time is over"),
    }
    return Standing(words[place].format_map(told), following[place].format_map(told))


def known(status: LeadStatus, reason: str) -> bool:
    """Whether this reason has sentences of its own, rather than those of its status."""
    return (status, reason) in WHY_BY_REASON


def _said(moment: datetime | None, say: Say, otherwise: str = "soon") -> str:
    return say(moment) if moment is not None else otherwise
