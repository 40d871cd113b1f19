"""The my-data page as values: each introduction in plain words, with its timeline and what can be done about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.domain.contact_preferences import ways
from webapp.domain.lead import LEAD_LIFECYCLE, NOT_YET_SENT, LeadStatus
from webapp.domain.message import MessageStatus
from webapp.domain.partner import ContactChannel
from webapp.queries.my_data import GivenConsent, Introduction, LeadStep, MyData

S = LeadStatus


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a timeline; state: done current todo bad."""

    title: str
    at: datetime | None = None
    text: str = ""
    state: str = "done"


@dataclass(frozen=True, slots=True)
class IntroductionView:
    """One introduction. `button` is the words of its cancel button, or "" where nothing can be cancelled any more."""

    lead_id: UUID
    legal_name: str
    program: str
    institution: str
    status: str
    tone: str
    sentence: str
    ways: str
    timeline: tuple[Event, ...]
    consent: GivenConsent | None
    button: str
    button_note: str
    is_test: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One record in the list of all records."""

    title: str
    record: GivenConsent


@dataclass(frozen=True, slots=True)
class MyDataPage:
    """All the page shows. `undo_until` is set while something can still be stopped before it leaves."""

    name: str
    email: str
    phone: str
    asked_at: datetime
    mail: Event | None
    mail_stopped: bool
    introductions: tuple[IntroductionView, ...]
    consents: tuple[ConsentView, ...]
    undo_until: datetime | None
    undo_minutes: int


def my_data_page(data: MyData, now: datetime) -> MyDataPage:
    """The page for what we hold, as it stands at `now`."""
    person = data.person
    pending = [each.undo_until for each in data.introductions if each.status is S.UNDO_WINDOW and each.undo_until > now]
    undo_until = min(pending, default=None)
    return MyDataPage(
        name=" ".join(part for part in (person.first_name, person.last_name) if part),
        email=person.email or "",
        phone=person.phone or "",
        asked_at=data.asked_at,
        mail=_mail_event(data),
        mail_stopped=data.mail_stopped,
        introductions=tuple(_introduction(each, now) for each in data.introductions),
        consents=tuple(ConsentView(_consent_title(each), each) for each in data.consents),
        undo_until=undo_until,
        undo_minutes=0 if undo_until is None else max(1, round((undo_until - now).total_seconds() / 60)),
    )


def _introduction(lead: Introduction, now: datetime) -> IntroductionView:
    label, tone, sentence = _STATUS[lead.status]
    if lead.status is S.WITHDRAWN and _was_sent(lead):
        sentence = "You withdrew it after it was sent. We told the school to delete your details."
    can_stop = LEAD_LIFECYCLE.allows(lead.status, S.WITHDRAWN)
    unsent = lead.status in NOT_YET_SENT or lead.status is S.FAILED
    return IntroductionView(
        lead_id=lead.lead_id,
        legal_name=lead.legal_name,
        program=lead.program_name,
        institution=lead.institution,
        status=label,
        tone=tone,
        sentence=sentence.format(school=lead.legal_name),
        ways=ways({ContactChannel(channel) for channel in lead.channels}),
        timeline=tuple(_timeline(lead, now)),
        consent=lead.consent,
        button="" if not can_stop else ("Cancel this introduction" if unsent else "Withdraw this introduction"),
        button_note=(
            "Nothing will be sent to the school."
            if unsent
            else "We tell the school to stop contacting you and to delete what it got."
        ),
        is_test=lead.test,
    )


def _was_sent(lead: Introduction) -> bool:
    return any(step.status in (S.DELIVERING, S.DELIVERED, S.DUPLICATE_AT_PARTNER) for step in lead.steps)


def _timeline(lead: Introduction, now: datetime) -> Iterable[Event]:
    for step in _told(lead.steps):
        title, state = _STEP[step.status]
        yield Event(title.format(school=lead.legal_name), step.at, _because(step), state)
    if lead.status is S.UNDO_WINDOW:
        waiting = "You can cancel until then." if lead.undo_until > now else "It leaves at any moment."
        yield Event(f"It leaves for {lead.legal_name}", lead.undo_until, waiting, "todo")
    elif lead.status in (S.HELD_CAP, S.HELD_SCHEDULE) and lead.due_at is not None:
        yield Event("We try again", lead.due_at, "", "todo")


def _told(steps: Iterable[LeadStep]) -> list[LeadStep]:
    """The steps a student cares about: being queued says nothing that the step before or after does not."""
    return [step for step in steps if step.status is not S.QUEUED]


def _because(step: LeadStep) -> str:
    return _REASONS.get(step.reason, "")


def _mail_event(data: MyData) -> Event | None:
    """How the first mail stands: it is the answer to the request. Later ones are news, told by the timelines."""
    if not data.mails:
        return None
    mail = data.mails[0]
    title, state = _MAIL[mail.status]
    return Event(title, mail.handed_over_at or mail.created_at, "", state)


def _consent_title(record: GivenConsent) -> str:
    if record.purpose is ConsentPurpose.MATCHES_BY_MAIL:
        return "You asked for the list by mail" if record.kind is ConsentKind.GIVEN else "You stopped the mails"
    verb = (
        "You agreed to an introduction to" if record.kind is ConsentKind.GIVEN else "You withdrew the introduction to"
    )
    return f"{verb} {record.legal_entity}"


_STATUS: dict[LeadStatus, tuple[str, str, str]] = {
    S.UNDO_WINDOW: ("Not sent yet", "warm", "Nothing has left us. You can still cancel."),
    S.QUEUED: ("About to be sent", "neutral", "It is next in line to leave for {school}."),
    S.HELD_CAP: (
        "Waiting",
        "neutral",
        "{school} takes so many introductions at a time, and the limit is reached. We try again by ourselves.",
    ),
    S.HELD_SCHEDULE: (
        "Waiting",
        "neutral",
        "{school} takes no introductions right now. We try again by ourselves.",
    ),
    S.HELD_REVIEW: (
        "Waiting",
        "neutral",
        "You, or somebody with your e-mail address, asked this school before. One of us looks before anything is sent.",
    ),
    S.DELIVERING: ("Being sent", "neutral", "It is on its way to {school}."),
    S.DELIVERED: ("Sent", "good", "{school} has your details and may contact you in the ways you ticked."),
    S.REJECTED: ("Not taken", "error", "{school} did not take the introduction. You can still apply there yourself."),
    S.DUPLICATE_AT_PARTNER: ("Known already", "neutral", "{school} told us that it had your details before."),
    S.FAILED: ("Not sent", "error", "We could not reach {school}. You can apply there yourself, or we may try again."),
    S.WITHDRAWN: ("Cancelled", "neutral", "You cancelled it before it was sent. The school got nothing."),
    S.EXPIRED: ("Ended", "neutral", "It could not be sent in time, so it ended. The school got nothing."),
    S.FILTERED: ("Not sent", "neutral", "It is outside what {school} takes introductions for. The school got nothing."),
    S.INVALID: ("Not sent", "error", "The details could not be right, so nothing was sent."),
}
_STEP: dict[LeadStatus, tuple[str, str]] = {
    S.UNDO_WINDOW: ("You asked to be introduced", "done"),
    S.QUEUED: ("Ready to leave", "done"),
    S.HELD_CAP: ("Held back: the school's limit is reached", "current"),
    S.HELD_SCHEDULE: ("Held back: the school takes none right now", "current"),
    S.HELD_REVIEW: ("Held back: one of us looks at it", "current"),
    S.DELIVERING: ("Sending to {school}", "done"),
    S.DELIVERED: ("{school} has it", "done"),
    S.REJECTED: ("{school} did not take it", "bad"),
    S.DUPLICATE_AT_PARTNER: ("{school} knew you already", "done"),
    S.FAILED: ("It could not be sent", "bad"),
    S.WITHDRAWN: ("You took it back", "done"),
    S.EXPIRED: ("It ended unsent", "bad"),
    S.FILTERED: ("It was not sent", "bad"),
    S.INVALID: ("It was not sent", "bad"),
}
_REASONS = {
    "partner_ended": "The school no longer works with us.",
    "replayed_by_staff": "One of us sent it again.",
    "released_by_staff": "One of us looked at it and let it go.",
}
_MAIL: dict[MessageStatus, tuple[str, str]] = {
    MessageStatus.PENDING: ("Your mail is about to leave", "current"),
    MessageStatus.LEASED: ("Your mail is being sent", "current"),
    MessageStatus.HANDED_OVER: ("Your mail has left", "done"),
    MessageStatus.DEFERRED: ("Your mail is delayed; we try again", "current"),
    MessageStatus.BOUNCED: ("Your mail came back: please check the address", "bad"),
    MessageStatus.COMPLAINED: ("You marked our mail as spam, so we stopped", "bad"),
    MessageStatus.SUPPRESSED: ("Not mailed, because mails to this address were stopped", "bad"),
    MessageStatus.FAILED: ("Your mail could not be sent", "bad"),
    MessageStatus.UNCERTAIN: ("We are not sure that your mail left; one of us looks at it", "current"),
}
