"""What the back office calls each status, outcome and reason, and in which tone it shows them."""

from collections.abc import Mapping
from typing import Any, Final

from webapp.domain.attempt_words import answer_words
from webapp.domain.bounce import ReportKind
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.duplicate import DuplicateLevel, MatchSet
from webapp.domain.finding import Finding, Grade
from webapp.domain.lead import AWAITING_CONFIRMATION, EndedByStaff, LeadStatus
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.domain.sender_check import Verdict
from webapp.domain.suppression import LiftReason, SuppressionReason
from webapp.ui.choices import Option

Look = tuple[str, str]

LEAD_LOOKS: Final[Mapping[LeadStatus, Look]] = {
    LeadStatus.UNDO_WINDOW: ("Undo window", "accent"),
    LeadStatus.QUEUED: ("Queued", "accent"),
    LeadStatus.HELD_CAP: ("Held: cap full", "warm"),
    LeadStatus.HELD_SCHEDULE: ("Held: not the time", "warm"),
    LeadStatus.HELD_REVIEW: ("Held: needs review", "warm"),
    LeadStatus.DELIVERING: ("Delivering", "accent"),
    LeadStatus.DELIVERED: ("Delivered", "good"),
    LeadStatus.REJECTED: ("Rejected by partner", "error"),
    LeadStatus.DUPLICATE_AT_PARTNER: ("Known to partner", "neutral"),
    LeadStatus.FAILED: ("Failed", "error"),
    LeadStatus.WITHDRAWN: ("Withdrawn", "neutral"),
    LeadStatus.EXPIRED: ("Expired", "neutral"),
    LeadStatus.FILTERED: ("Filtered", "neutral"),
    LeadStatus.INVALID: ("Invalid", "error"),
}
AWAITS_STUDENT: Final[Look] = ("Held: waits for the student", "neutral")
DELIVERY_LOOKS: Final[Mapping[DeliveryStatus, Look]] = {
    DeliveryStatus.WAITING: ("Waiting", "neutral"),
    DeliveryStatus.PENDING: ("Pending", "accent"),
    DeliveryStatus.LEASED: ("Being sent", "accent"),
    DeliveryStatus.DELIVERED: ("Delivered", "good"),
    DeliveryStatus.REJECTED: ("Rejected", "error"),
    DeliveryStatus.DUPLICATE: ("Known to partner", "neutral"),
    DeliveryStatus.FAILED: ("Failed", "error"),
    DeliveryStatus.CANCELLED: ("Cancelled", "neutral"),
}
MESSAGE_LOOKS: Final[Mapping[MessageStatus, Look]] = {
    MessageStatus.PENDING: ("Pending", "accent"),
    MessageStatus.LEASED: ("Being sent", "accent"),
    MessageStatus.HANDED_OVER: ("Handed over", "good"),
    MessageStatus.DEFERRED: ("Deferred", "warm"),
    MessageStatus.BOUNCED: ("Bounced", "error"),
    MessageStatus.COMPLAINED: ("Complaint", "error"),
    MessageStatus.SUPPRESSED: ("Suppressed", "neutral"),
    MessageStatus.FAILED: ("Failed", "error"),
    MessageStatus.UNCERTAIN: ("Uncertain", "warm"),
}
NOTICE_LOOKS: Final[Mapping[NoticeStatus, Look]] = {
    NoticeStatus.PENDING: ("Pending", "accent"),
    NoticeStatus.LEASED: ("Being sent", "accent"),
    NoticeStatus.TOLD: ("Told", "good"),
    NoticeStatus.ACKNOWLEDGED: ("Confirmed", "good"),
    NoticeStatus.FAILED: ("Failed", "error"),
    NoticeStatus.CANCELLED: ("Replaced by a later one", "neutral"),
}
NOTICE_LABELS: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.WITHDRAWN: "Withdrawn: stop contact, delete the details",
    NoticeKind.CORRECTED: "Corrected",
    NoticeKind.ERASED: "Erased: delete the details",
}
OUTCOME_LOOKS: Final[Mapping[AttemptOutcome, Look]] = {
    AttemptOutcome.STARTED: ("Started", "accent"),
    AttemptOutcome.ACCEPTED: ("Accepted", "good"),
    AttemptOutcome.REJECTED: ("Rejected", "error"),
    AttemptOutcome.DUPLICATE: ("Known to partner", "neutral"),
    AttemptOutcome.RETRYABLE: ("Failed, will retry", "warm"),
    AttemptOutcome.PERMANENT: ("Failed for good", "error"),
    AttemptOutcome.UNCERTAIN: ("Uncertain", "warm"),
    AttemptOutcome.ABANDONED: ("Worker lost", "warm"),
}
IMPORT_LOOKS: Final[Mapping[str, Look]] = {
    "applied": ("Applied", "good"),
    "unchanged": ("Nothing changed", "neutral"),
    "refused": ("Refused", "error"),
    "dry_run": ("Dry run", "accent"),
}
LISTING_LOOKS: Final[Mapping[str, Look]] = {"published": ("Published", "good"), "withdrawn": ("Withdrawn", "neutral")}
CHECK_LOOKS: Final[Mapping[Verdict, Look]] = {
    Verdict.GOOD: ("Good", "good"),
    Verdict.WEAK: ("Could be better", "warm"),
    Verdict.BAD: ("Bad", "error"),
    Verdict.UNKNOWN: ("Not known", "neutral"),
}
CLASS_LABELS: Final[Mapping[MessageClass, str]] = {
    MessageClass.TRANSACTIONAL: "Transactional",
    MessageClass.MATCHES: "Matches",
    MessageClass.FOLLOW_UP: "Follow-up",
    MessageClass.PARTNER: "To a partner",
    MessageClass.STAFF: "To staff",
    MessageClass.CONTACT_QUESTION: "Did the school contact you?",
    MessageClass.LISTING_CHANGED: "A listing changed",
}
TEMPLATE_LABELS: Final[Mapping[Template, str]] = {
    Template.MATCHED_PROGRAMS: "Matched programs",
    Template.INTRODUCTIONS_OPENED: "Introductions opened",
    Template.INTRODUCTION_UPDATE: "Introduction update",
    Template.PARTNER_LEAD_WITHDRAWN: "Lead withdrawn",
    Template.PARTNER_NOTICE: "Notice to the partner",
    Template.STATUS_REQUEST: "Question how far the partner came",
    Template.PARTNER_LEAD: "Lead by mail",
    Template.PARTNER_BATCH: "File of leads is ready",
    Template.PARTNER_METHOD: "Trouble with a delivery method",
    Template.MY_DATA_LINKS: "Links to the data pages",
    Template.CONFIRM_ADDRESS: "Is this your address?",
    Template.ADDRESS_CHANGE: "Your address is to be changed",
    Template.RESUME_LINK: "Link to finish the form later",
    Template.CONFIRM_INTRODUCTIONS: "Confirm your address for introductions",
    Template.PARTNER_PAUSED: "Paused for complaints",
    Template.PARTNER_ACCESS: "Link to set a portal password",
    Template.STAFF_ALERT: "Alert to staff",
    Template.STAFF_ACCESS: "Link to set a staff password",
    Template.ACCOUNT_NEWS: "News of an account",
    Template.CONTACT_QUESTION: "Did the school contact you?",
    Template.LISTING_CHANGED: "Listings on the list have changed",
}
CHANGE_LOOKS: Final[Mapping[str, Look]] = {
    "added": ("Added", "good"),
    "changed": ("Changed", "accent"),
    "republished": ("Published again", "accent"),
    "withdrawn": ("Withdrawn", "warm"),
}
GRADE_LOOKS: Final[Mapping[Grade, Look]] = {
    Grade.VALID: ("Details look right", "good"),
    Grade.CAUTION: ("Details look strange", "warm"),
    Grade.INVALID: ("Details cannot be right", "error"),
}
FINDING_WORDS: Final[Mapping[Finding, str]] = {
    Finding.EMAIL_MALFORMED: "The e-mail address is none",
    Finding.EMAIL_DISPOSABLE: "The e-mail address is a disposable one",
    Finding.PHONE_IMPOSSIBLE: "The phone number cannot exist",
    Finding.PHONE_UNLIKELY: "Nobody is known to have such a phone number",
    Finding.PHONE_MISSING: "Calls or texts are allowed, but there is no number",
    Finding.NAME_MISSING: "A part of the name is missing",
    Finding.NAME_NO_LETTERS: "A part of the name has no letters",
    Finding.NAME_HOLDS_LINK: "A part of the name is a web or e-mail address",
    Finding.NAME_KEYBOARD: "A part of the name is a row of keys",
    Finding.NAME_REPEATED_LETTER: "A part of the name is one letter over and over",
    Finding.NAME_TEST: "The name reads like a test",
    Finding.NAME_HOLDS_DIGITS: "A part of the name has digits",
    Finding.NAME_HOLDS_SIGNS: "A part of the name has signs that names do not have",
    Finding.NAME_PLACEHOLDER: "The name is one that forms are filled in with",
    Finding.NAME_UNPRONOUNCEABLE: "A part of the name has many letters and no vowel",
    Finding.NOT_A_PERSON: "Not the details of a person",
    Finding.EMAIL_UNREACHABLE: "Mail to the address comes back",
    Finding.PHONE_UNREACHABLE: "The phone number does not lead to the student",
}
LEVEL_WORDS: Final[Mapping[DuplicateLevel, str]] = {
    DuplicateLevel.IN_FLIGHT: "Another lead to this partner has not ended",
    DuplicateLevel.PARTNER: "This partner had the person within its window",
    DuplicateLevel.SYSTEM: "Another partner of ours had the person lately",
}
MATCH_WORDS: Final[Mapping[MatchSet, str]] = {
    MatchSet.EMAIL: "e-mail address",
    MatchSet.PHONE: "phone number",
    MatchSet.NAME_AND_POSTAL_CODE: "name and postal code",
    MatchSet.NAME_AND_PHONE: "name and phone number",
}
ENDING_WORDS: Final[Mapping[EndedByStaff, str]] = {
    EndedByStaff.REPEAT: "It repeats another introduction of the same person",
    EndedByStaff.UNFIT: "It is outside what the partner takes",
}
SUPPRESSION_WORDS: Final[Mapping[str, str]] = {
    SuppressionReason.STOPPED_BY_STUDENT: "The reader stopped it",
    SuppressionReason.GLOBAL_PRIVACY_CONTROL: "Their browser asked for privacy",
    SuppressionReason.ERASED_BY_STUDENT: "They had everything erased",
    SuppressionReason.HARD_BOUNCE: "There is no such mailbox",
    SuppressionReason.SOFT_BOUNCES: "Mail came back on several days",
    SuppressionReason.COMPLAINT: "The reader reported spam",
    SuppressionReason.ASKED_OF_STAFF: "The reader asked us to",
    SuppressionReason.REQUIRED_BY_LAW: "The law, or an authority, asks for it",
    SuppressionReason.IMPORTED: "It was on a list from before",
}
LIFT_WORDS: Final[Mapping[LiftReason, str]] = {
    LiftReason.READER_ASKED: "The reader asked for it, from this address",
    LiftReason.MAILBOX_WORKS: "The mailbox works again",
    LiftReason.ENTERED_BY_MISTAKE: "It was entered by mistake",
}
REPORT_LOOKS: Final[Mapping[ReportKind, Look]] = {
    ReportKind.HARD_BOUNCE: ("Came back: there is no such mailbox", "bad"),
    ReportKind.SOFT_BOUNCE: ("Came back: the mailbox could not take it", "bad"),
    ReportKind.BLOCKED: ("Came back: mail like it is refused", "bad"),
    ReportKind.DELAYED: ("A mail server still tries", "current"),
    ReportKind.DELIVERED: ("A mail server says that it arrived", "done"),
    ReportKind.COMPLAINT: ("The reader reported it as spam", "bad"),
    ReportKind.AUTOREPLY: ("An automatic answer came", "done"),
    ReportKind.CHALLENGE: ("The other side wants proof that we are people", "current"),
    ReportKind.OTHER: ("An answer came that no machine understands", "current"),
}
_REASONS: Final[Mapping[str, str]] = {
    "submitted": "The student asked for it.",
    "undo_window_over": "The undo window is over.",
    "hold_over": "The hold is over.",
    "partner_paused": "The partner is paused.",
    "partner_ended": "The partner takes no more leads.",
    "duplicate_in_window": "This partner had the same person within its window.",
    "duplicate_in_flight": "Another lead of the same person to this partner has not ended yet.",
    "duplicate_in_system": "Another partner of ours had the same person lately.",
    "details_doubtful": "Something in the details looks strange.",
    "details_invalid": "The details cannot be right; the student was told what to correct.",
    "marked_invalid_by_staff": "Staff found that the details cannot be right.",
    "corrected_by_student": "The student put their details right.",
    "filter_excluded": "The partner's filter does not take it.",
    "ended_as_repeat": "Staff ended it: it repeats another introduction.",
    "ended_as_unfit": "Staff ended it: it is outside what the partner takes.",
    "filter_unknown": "It does not say enough for the partner's filter.",
    "filter_unreadable": "The partner's filter can no longer be read.",
    "awaiting_confirmation": "It waits for the student to confirm their e-mail address.",
    "address_confirmed": "The student confirmed their e-mail address.",
    "expired_unconfirmed": "The student did not confirm their e-mail address in time.",
    "expired_uncorrected": "The student did not correct their details in time.",
    "answered_before": "What it asks was answered before.",
    "cap_full": "The partner's cap is full.",
    "no_place": "A cap of the partner is full, and one of the two sides does not want it to wait.",
    "outside_hours": "It is outside the days and hours in which the partner takes leads.",
    "paced": "The partner takes so many leads at a time, and these are out.",
    "expired": "Its time ran out.",
    "withdrawn_by_student": "The student took it back.",
    "erased_by_student": "The student had everything erased.",
    "released_by_staff": "Staff released it from review.",
    "replayed_by_staff": "Staff sent it again.",
    "replayed_by_partner": "The partner had it sent again.",
    "resent_by_staff": "Staff sent it again.",
    "delivery_started": "A worker is posting it.",
    "retries_used_up": "Every retry failed.",
    "expired_while_retrying": "The lead expired before the next retry.",
    "accepted_earlier": "The partner had taken it at an earlier attempt.",
    "no_endpoint": "The partner has no working endpoint.",
    "endpoint_disabled": "Every delivery method of the partner is disabled.",
    "goes_to_backup": "The method failed; the partner's next one takes over.",
    "in_portal": "It is in the partner's portal.",
    "in_batch_file": "It is in a file in the partner's portal.",
    "waits_for_batch": "It goes with the partner's next file.",
    "waits_for_turn": "The partner's system gets only so many at a time.",
    "mail_queued": "The mail that carries it is on its way.",
    "mail_handed_over": "The partner's mail server took it.",
    "mail_failed": "The partner's mail server did not take it.",
    "mail_bounced": "The mail came back: it did not arrive.",
    "mail_suppressed": "The partner's address gets no mail from us.",
    "mail_uncertain": "Sent by mail, but whether it arrived cannot be told.",
    "mapping_failed": "A field that the partner requires has no value in this lead.",
    "redelivery_by_staff": "Staff hand it over once more; it counts once.",
    "redelivery_by_partner": "The partner has it handed over once more; it counts once.",
    "redelivery": "It is handed over once more; it counts once.",
    "redelivered": "Handed over once more; it counted once.",
    "redelivery_failed": "It was delivered; handing it over once more did not work.",
    "worker_lost": "The worker stopped before it could write down the answer.",
    "worker_lost_while_sending": "The worker stopped while sending: it may have arrived.",
    "worker_lost_repeatedly": "Every worker that took it up stopped.",
    "handed_over": "The mail server took it.",
    "answer_lost": "The mail server got it, but its answer was lost: it may have arrived.",
    "suppressed": "This address gets no such mail.",
    "unconfirmed_address": "Nobody has confirmed this address, and it got its one mail before.",
    "too_many_unconfirmed": "Nobody has confirmed this address, and it got mails enough today.",
    "changed_back": "What had changed is as it was before.",
    "hard_bounce": "The mail came back: there is no such mailbox.",
    "soft_bounce": "The mail came back: the mailbox could not take it.",
    "blocked": "The mail came back: the other side refuses mail like it.",
    "complaint": "The reader reported it as spam.",
    "partner_rejected": "The partner's system refuses such notices.",
    "partner_permanent": "The partner's system cannot be told.",
    "recipient_erased": "The recipient was erased.",
    "waits_for_domain": "That domain gets only so many mails at a time.",
    "quiet_hours": "It is night where the reader lives.",
    "too_many_complaints": "Mail that can wait has stopped: too many readers complained.",
    "not_written": "We could not write the mail; the log says why.",
    "answer_error": "The partner's system reported an error of its own.",
    "answer_rejected": "The partner refused it.",
    "answer_duplicate": "The partner knew it already.",
    "server_unreachable": "The mail server cannot be reached.",
    "server_busy": "The mail server is busy.",
}


def reason_words(code: str | None) -> str:
    """A reason as a sentence; one that is not in the table, as its code reads."""
    if not code:
        return ""
    return _REASONS.get(code) or answer_words("The partner", code) or code.replace("_", " ").capitalize() + "."


def lead_look(status: LeadStatus, reason: str | None) -> Look:
    """How a lead is shown: by its status, but for what is held until the student does something."""
    return AWAITS_STUDENT if reason == AWAITING_CONFIRMATION else LEAD_LOOKS[status]


def detail_words(detail: Mapping[str, Any]) -> str:
    """What a step of a lead says beside its reason: the rule of the filter, or what was found in the details."""
    if told := detail.get("words"):
        return f" {told[:1].upper()}{told[1:]} (version {detail.get('version')} of the filter)."
    known = {finding.value: words for finding, words in FINDING_WORDS.items()}
    found = [known[code] for code in detail.get("findings", ()) if code in known]
    return f" {'. '.join(found)}." if found else ""


def options_of(looks: Mapping[Any, Look]) -> list[Option]:
    """The statuses to filter a list by."""
    return [Option(str(code), words) for code, (words, _tone) in looks.items()]
