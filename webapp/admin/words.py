"""What the back office calls each status, outcome and reason, and in which tone it shows them."""

from collections.abc import Mapping
from typing import Any, Final

from webapp.domain.attempt_words import answer_words
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageClass, MessageStatus, Template
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.ui.choices import Option

Look = tuple[str, str]

LEAD_LOOKS: Final[Mapping[LeadStatus, Look]] = {
    LeadStatus.UNDO_WINDOW: ("Undo window", "accent"),
    LeadStatus.QUEUED: ("Queued", "accent"),
    LeadStatus.HELD_CAP: ("Held: cap full", "warm"),
    LeadStatus.HELD_SCHEDULE: ("Held: partner paused", "warm"),
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
CLASS_LABELS: Final[Mapping[MessageClass, str]] = {
    MessageClass.TRANSACTIONAL: "Transactional",
    MessageClass.MATCHES: "Matches",
    MessageClass.FOLLOW_UP: "Follow-up",
    MessageClass.PARTNER: "To a partner",
    MessageClass.STAFF: "To staff",
}
TEMPLATE_LABELS: Final[Mapping[Template, str]] = {
    Template.MATCHED_PROGRAMS: "Matched programs",
    Template.INTRODUCTIONS_OPENED: "Introductions opened",
    Template.INTRODUCTION_UPDATE: "Introduction update",
    Template.PARTNER_LEAD_WITHDRAWN: "Lead withdrawn",
    Template.PARTNER_NOTICE: "Notice to the partner",
    Template.MY_DATA_LINKS: "Links to the data pages",
    Template.CONFIRM_ADDRESS: "Is this your address?",
    Template.ADDRESS_CHANGE: "Your address is to be changed",
    Template.RESUME_LINK: "Link to finish the form later",
    Template.PARTNER_ACCESS: "Link to set a portal password",
}
CHANGE_LOOKS: Final[Mapping[str, Look]] = {
    "added": ("Added", "good"),
    "changed": ("Changed", "accent"),
    "republished": ("Published again", "accent"),
    "withdrawn": ("Withdrawn", "warm"),
}
_REASONS: Final[Mapping[str, str]] = {
    "submitted": "The student asked for it.",
    "undo_window_over": "The undo window is over.",
    "hold_over": "The hold is over.",
    "partner_paused": "The partner is paused.",
    "partner_ended": "The partner takes no more leads.",
    "duplicate_in_window": "The same person was introduced to this partner in the last 90 days.",
    "cap_full": "The partner's cap is full.",
    "expired": "Its time ran out.",
    "withdrawn_by_student": "The student took it back.",
    "erased_by_student": "The student had everything erased.",
    "released_by_staff": "Staff released it from review.",
    "replayed_by_staff": "Staff sent it again.",
    "resent_by_staff": "Staff sent it again.",
    "delivery_started": "A worker is posting it.",
    "retries_used_up": "Every retry failed.",
    "expired_while_retrying": "The lead expired before the next retry.",
    "accepted_earlier": "The partner had taken it at an earlier attempt.",
    "no_endpoint": "The partner has no working endpoint.",
    "worker_lost": "The worker stopped before it could write down the answer.",
    "worker_lost_while_sending": "The worker stopped while sending: it may have arrived.",
    "worker_lost_repeatedly": "Every worker that took it up stopped.",
    "handed_over": "The mail server took it.",
    "answer_lost": "The mail server got it, but its answer was lost: it may have arrived.",
    "suppressed": "This address wants no such mail.",
    "partner_rejected": "The partner's system refuses such notices.",
    "partner_permanent": "The partner's system cannot be told.",
    "recipient_erased": "The recipient was erased.",
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


def options_of(looks: Mapping[Any, Look]) -> list[Option]:
    """The statuses to filter a list by."""
    return [Option(str(code), words) for code, (words, _tone) in looks.items()]
