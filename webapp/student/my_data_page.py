"""The my-data page as values: each introduction in plain words, with its timeline and what can be done about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp.domain.consent import ConsentKind, ConsentPurpose
from webapp.domain.contact_preferences import ways
from webapp.domain.label import listed
from webapp.domain.lead import LEAD_LIFECYCLE, NOT_YET_SENT, LeadStatus
from webapp.domain.message import MessageStatus, Template
from webapp.domain.partner import ContactChannel
from webapp.domain.question import answer_words
from webapp.queries.my_data import GivenConsent, Introduction, MyData
from webapp.student.introduction_words import Event, standing, timeline
from webapp.ui.formats import format_date

S = LeadStatus


@dataclass(frozen=True, slots=True)
class IntroductionView:
    """One introduction. `button` is the words of its cancel button, or "" where nothing can be cancelled any more.

    `can_correct` is set where it waits for the student to put their details right.
    """

    lead_id: UUID
    legal_name: str
    program: str
    institution: str
    status: str
    tone: str
    sentence: str
    next_step: str
    ways: str
    limits: str
    answers: tuple[tuple[str, str], ...]
    timeline: tuple[Event, ...]
    consent: GivenConsent | None
    button: str
    button_note: str
    can_correct: bool
    is_test: bool
    contact: "ContactView | None"


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whether the school was in touch: what it says, what the student answered (None: nothing yet), and when."""

    school_says: str
    you_said: bool | None
    said_at: datetime | None
    complained_at: datetime | None


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
    mail_withheld: bool
    introductions: tuple[IntroductionView, ...]
    consents: tuple[ConsentView, ...]
    undo_until: datetime | None
    undo_minutes: int


def my_data_page(data: MyData, now: datetime, *, withheld: bool = False) -> MyDataPage:
    """The page for what we hold, as it stands at `now`. `withheld`: the list is not mailed to this address yet."""
    person = data.person
    pending = [each.undo_until for each in data.introductions if each.status is S.UNDO_WINDOW and each.undo_until > now]
    undo_until = min(pending, default=None)
    return MyDataPage(
        name=" ".join(part for part in (person.first_name, person.last_name) if part),
        email=person.email or "",
        phone=person.phone or "",
        asked_at=data.asked_at,
        mail=_mail_event(data, withheld=withheld),
        mail_stopped=data.mail_stopped,
        mail_withheld=withheld,
        introductions=tuple(_introduction(each, now) for each in data.introductions),
        consents=tuple(ConsentView(_consent_title(each), each) for each in data.consents),
        undo_until=undo_until,
        undo_minutes=0 if undo_until is None else max(1, round((undo_until - now).total_seconds() / 60)),
    )


def _introduction(lead: Introduction, now: datetime) -> IntroductionView:
    words = standing(lead)
    channels = {ContactChannel(channel) for channel in lead.channels}
    can_stop = LEAD_LIFECYCLE.allows(lead.status, S.WITHDRAWN)
    unsent = lead.status in NOT_YET_SENT or lead.status is S.FAILED
    return IntroductionView(
        lead_id=lead.lead_id,
        legal_name=lead.legal_name,
        program=lead.program_name,
        institution=lead.institution,
        status=words.label,
        tone=words.tone,
        sentence=words.meaning,
        next_step=words.next_step,
        ways=ways(channels),
        limits=listed(lead.preferences.limits(channels, "you")),
        answers=tuple((answer.label, answer_words(answer.kind, answer.value)) for answer in lead.answers),
        timeline=tuple(timeline(lead, now)),
        consent=lead.consent,
        button="" if not can_stop else ("Cancel this introduction" if unsent else "Withdraw this introduction"),
        button_note=(
            "Nothing will be sent to the school."
            if unsent
            else "We tell the school to stop contacting you and to delete what it got."
        ),
        can_correct=lead.status is S.INVALID or (lead.status is S.HELD_REVIEW and lead.reason == "details_doubtful"),
        is_test=lead.test,
        contact=_contact(lead),
    )


def _contact(lead: Introduction) -> ContactView | None:
    """What is asked of a lead that its school has. Nothing of how far the school came beyond contact is repeated."""
    if lead.delivered_at is None:
        return None
    reached = lead.reached
    if reached is None or reached.status is None:
        words = "The school has not said yet whether it contacted you."
    elif reached.contacted_on is None:
        words = "The school says that it contacted you, but not on which day."
    else:
        words = f"The school says that it contacted you on {format_date(reached.contacted_on)}."
    return ContactView(
        words,
        reached.says_contacted if reached else None,
        reached.answered_at if reached else None,
        lead.complained_at,
    )


def _mail_event(data: MyData, *, withheld: bool) -> Event | None:
    """How the first mail stands: it is the answer to the request. Later ones are news, told by the timelines."""
    if not data.mails:
        return None
    mail = data.mails[0]
    title, state = _MAIL[mail.status]
    waits = (
        mail.status in (MessageStatus.PENDING, MessageStatus.SUPPRESSED) and mail.template is Template.MATCHED_PROGRAMS
    )
    if mail.reason in _UNCONFIRMED or (withheld and waits):
        return Event(_UNCONFIRMED[mail.reason or "unconfirmed_address"], mail.created_at, _HOW_TO_CONFIRM, "current")
    return Event(title, mail.handed_over_at or mail.created_at, "", state)


def _consent_title(record: GivenConsent) -> str:
    if record.purpose is ConsentPurpose.MATCHES_BY_MAIL:
        return "You asked for the list by mail" if record.kind is ConsentKind.GIVEN else "You stopped the mails"
    verb = (
        "You agreed to an introduction to" if record.kind is ConsentKind.GIVEN else "You withdrew the introduction to"
    )
    return f"{verb} {record.legal_entity}"


_UNCONFIRMED = {
    "unconfirmed_address": "Not mailed: we mailed one list to this address before, and nobody has confirmed it",
    "too_many_unconfirmed": "Not mailed: this address had mails enough today, and nobody has confirmed it",
}
_HOW_TO_CONFIRM = (
    "Anybody can type an address, so we write once and wait. Open the confirming link in that mail and press the"
    " button; then ask for the list again. You see the list at any time on its own page."
)
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
