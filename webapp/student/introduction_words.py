"""Where an introduction stands, in plain words: what happened, why, until when, and what comes next."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webapp.domain.lead import LeadStatus
from webapp.domain.standing import Reader, Times, standing_of
from webapp.queries.my_data import Introduction, LeadStep
from webapp.ui.formats import format_datetime

S = LeadStatus


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline; state: done current todo bad."""

    title: str
    at: datetime | None = None
    text: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an introduction stands now: a label and its tone, what that means, and what comes next."""

    label: str
    tone: str
    meaning: str
    next_step: str


def standing(lead: Introduction) -> Standing:
    """The words for where `lead` stands."""
    label, tone = _LABELS_FOR.get((lead.status, lead.reason or "")) or _LABELS[lead.status]
    times = Times(undo_until=lead.undo_until, due_at=lead.due_at, retry_at=lead.retry_at, expires_at=lead.expires_at)
    told = standing_of(
        Reader.STUDENT,
        lead.status,
        lead.reason,
        times,
        partner=lead.legal_name,
        say=format_datetime,
        was_sent=was_sent(lead),
    )
    return Standing(label, tone, told.why, told.next_step)


def timeline(lead: Introduction, now: datetime) -> Iterator[Event]:
    """What happened to `lead`, oldest first, and what comes next where that has a time."""
    last = len(lead.steps) - 1
    for number, step in enumerate(lead.steps):
        # Being queued says nothing that the step before or after does not, unless it is where things stand.
        if step.status is S.QUEUED and number != last and step.reason not in _WHY_QUEUED:
            continue
        title, state = _STEPS_FOR.get((step.status, step.reason)) or _STEPS[step.status]
        is_over = state == "current" and number != last
        yield Event(title.format(school=lead.legal_name), step.at, why(step), "done" if is_over else state)
    if lead.status is S.UNDO_WINDOW:
        waiting = "You can cancel until then, and nothing is sent." if lead.undo_until > now else "Any moment now."
        yield Event(f"It leaves for {lead.legal_name}", lead.undo_until, waiting, "todo")
    elif lead.status in (S.HELD_CAP, S.HELD_SCHEDULE) and lead.due_at is not None:
        yield Event("We try again by ourselves", lead.due_at, "", "todo")
    if lead.status in (S.HELD_CAP, S.HELD_SCHEDULE, S.HELD_REVIEW, S.INVALID):
        yield Event("If it could not leave by then, it ends and nothing is sent", lead.expires_at, "", "todo")


def was_sent(lead: Introduction) -> bool:
    """Whether the school has it, or may have it."""
    return any(step.status in (S.DELIVERING, S.DELIVERED, S.DUPLICATE_AT_PARTNER) for step in lead.steps)


def why(step: LeadStep) -> str:
    """Why a step was taken. A reason without words of its own takes those of its status."""
    words = _WHY.get((step.status, step.reason)) or _WHY_QUEUED.get(step.reason)
    if words is None and step.status is S.FAILED and _REFUSED_FOR_GOOD.fullmatch(step.reason):
        words = "The school's computer answered in a way that leaves us nothing to try."
    words = words or _WHY_ANY[step.status]
    if step.told:
        return f"{words} {_told(step)}"
    # What waits for a person, here or there, has no time of its own.
    return f"{words} Until {_moment(step.until)}." if step.until and step.status is not S.HELD_REVIEW else words


def _told(step: LeadStep) -> str:
    """What the school takes, or what was seen in the details, as sentences."""
    if step.status is S.FILTERED:
        return f"It takes those with: {'; '.join(step.told)}."
    return " ".join(step.told)


def _moment(at: datetime | None) -> str:
    return format_datetime(at)


_REFUSED_FOR_GOOD: Final = re.compile(r"http_[0-9]{3}")

_LABELS: Mapping[LeadStatus, tuple[str, str]] = {
    S.UNDO_WINDOW: ("Not sent yet", "warm"),
    S.QUEUED: ("About to be sent", "neutral"),
    S.HELD_CAP: ("Waiting", "neutral"),
    S.HELD_SCHEDULE: ("Waiting", "neutral"),
    S.HELD_REVIEW: ("Waiting", "neutral"),
    S.DELIVERING: ("Being sent", "neutral"),
    S.DELIVERED: ("Sent", "good"),
    S.REJECTED: ("Not taken", "error"),
    S.DUPLICATE_AT_PARTNER: ("Known already", "neutral"),
    S.FAILED: ("Not sent", "error"),
    S.WITHDRAWN: ("Cancelled", "neutral"),
    S.EXPIRED: ("Ended", "neutral"),
    S.FILTERED: ("Not sent", "neutral"),
    S.INVALID: ("To put right", "warm"),
}
_LABELS_FOR: Mapping[tuple[LeadStatus, str], tuple[str, str]] = {
    (S.HELD_REVIEW, "awaiting_confirmation"): ("Confirm your address", "warm"),
}
_STEPS: Mapping[LeadStatus, tuple[str, str]] = {
    S.UNDO_WINDOW: ("You asked to be introduced", "done"),
    S.QUEUED: ("Ready to leave", "current"),
    S.HELD_CAP: ("Held back: the school's limit is reached", "current"),
    S.HELD_SCHEDULE: ("Held back: the school takes none at the moment", "current"),
    S.HELD_REVIEW: ("Held back: one of us looks at it", "current"),
    S.DELIVERING: ("Sending to {school}", "current"),
    S.DELIVERED: ("{school} has it", "done"),
    S.REJECTED: ("{school} did not take it", "bad"),
    S.DUPLICATE_AT_PARTNER: ("{school} knew you already", "done"),
    S.FAILED: ("It could not be handed over", "bad"),
    S.WITHDRAWN: ("You took it back", "done"),
    S.EXPIRED: ("It ended unsent", "bad"),
    S.FILTERED: ("It was not sent", "bad"),
    S.INVALID: ("Held back: something is to be put right", "current"),
}
_STEPS_FOR: Mapping[tuple[LeadStatus, str], tuple[str, str]] = {
    (S.HELD_REVIEW, "awaiting_confirmation"): ("Held back: we wait for you to confirm your address", "current"),
}
_WHY_QUEUED: Mapping[str, str] = {
    "released_by_staff": "One of us looked at it and let it go.",
    "replayed_by_staff": "One of us sends it once more.",
    "replayed_by_partner": "The school asked us to send it once more.",
    "corrected_by_student": "You put your details right.",
    "address_confirmed": "You confirmed your e-mail address.",
}
_WHY: Mapping[tuple[LeadStatus, str], str] = {
    (S.QUEUED, "undo_window_over"): "The time to cancel is over.",
    (S.QUEUED, "hold_over"): "What held it back is over.",
    (S.HELD_CAP, "cap_full"): "The school takes only so many introductions at a time.",
    (S.HELD_SCHEDULE, "partner_paused"): "The school has paused introductions.",
    (S.HELD_REVIEW, "duplicate_in_window"): "This school got an introduction for you not long ago.",
    (S.HELD_REVIEW, "duplicate_in_flight"): "Another introduction for you to this school is still on its way.",
    (S.HELD_REVIEW, "duplicate_in_system"): "Another school got an introduction for you not long ago.",
    (S.HELD_REVIEW, "details_doubtful"): "Something in your details looks unusual.",
    (S.HELD_REVIEW, "corrected_by_student"): "You put your details right. One of us looks at them.",
    (S.HELD_REVIEW, "filter_unknown"): "The school asks for something that you did not say.",
    (S.HELD_REVIEW, "filter_unreadable"): "The school's own rules could not be read. It is no fault of yours.",
    (S.HELD_REVIEW, "awaiting_confirmation"): "The school takes confirmed e-mail addresses only. We mailed you a link.",
    (S.FILTERED, "ended_as_repeat"): "One of us looked at it: it asks for the same as an earlier request.",
    (S.FILTERED, "ended_as_unfit"): "One of us looked at it: the school takes introductions of other students.",
    (S.FILTERED, "filter_excluded"): "The school takes introductions of other students at the moment.",
    (S.INVALID, "marked_invalid_by_staff"): "One of us looked at it.",
    (S.EXPIRED, "expired_unconfirmed"): "Your e-mail address was not confirmed in time.",
    (S.EXPIRED, "expired_uncorrected"): "Your details were not put right in time.",
    (S.DELIVERED, "accepted_earlier"): "It had arrived at an earlier try, whose answer we missed.",
    (S.FAILED, "retries_used_up"): "The school's computer did not take it, though we tried for about three days.",
    (S.FAILED, "expired_while_retrying"): "Its time ran out before the school's computer took it.",
    (S.DELIVERED, "in_portal"): "It is on the school's own page with us, where the school reads it.",
    (S.DELIVERED, "in_batch_file"): "It is in the file that the school fetches from its own page with us.",
    (S.DELIVERED, "mail_handed_over"): "The school's mail server took it.",
    (S.FAILED, "no_endpoint"): "The school has no working address for introductions.",
    (S.FAILED, "endpoint_disabled"): "The school's computer has failed so often that we stopped asking it.",
    (S.FAILED, "mapping_failed"): "The school's computer needs something that you were not asked for.",
    (S.FAILED, "mail_failed"): "The school's mail server did not take it.",
    (S.FAILED, "mail_bounced"): "The mail to the school came back: it did not arrive.",
    (S.FAILED, "mail_suppressed"): "The school's mail address takes nothing from us.",
    (S.FAILED, "mail_uncertain"): "It went out by mail, but we cannot tell whether it arrived.",
    (S.FAILED, "worker_lost_repeatedly"): "Something broke on our side each time we tried.",
    (S.FAILED, "http_410"): "The school's computer says that it takes no more introductions.",
    (S.WITHDRAWN, "erased_by_student"): "You had everything about you erased.",
    (S.EXPIRED, "partner_ended"): "The school no longer works with us.",
    (S.EXPIRED, "no_place"): "The school has no free place at the moment.",
    (S.HELD_SCHEDULE, "outside_hours"): "The school takes introductions only on certain days and hours.",
    (S.HELD_SCHEDULE, "paced"): "The school takes a few introductions at a time.",
}
_WHY_ANY: Mapping[LeadStatus, str] = {
    S.UNDO_WINDOW: "You saw what would be sent, and agreed.",
    S.QUEUED: "It is its turn.",
    S.HELD_CAP: "There is no room at the moment.",
    S.HELD_SCHEDULE: "It is not the time for it.",
    S.HELD_REVIEW: "Something about it needs a person.",
    S.DELIVERING: "We hand it over to the school's computer.",
    S.DELIVERED: "The school's computer took it.",
    S.REJECTED: "The school's computer answered that it does not take it.",
    S.DUPLICATE_AT_PARTNER: "The school's computer answered that it has your details.",
    S.FAILED: "The school's computer could not be reached.",
    S.WITHDRAWN: "You pressed the button.",
    S.EXPIRED: "Its time ran out while it was held back.",
    S.FILTERED: "It does not fit what the school agreed to take.",
    S.INVALID: "Something in the details cannot be right.",
}
