"""A message: one mail to one person, once."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class MessageClass(StrEnum):
    TRANSACTIONAL = "transactional"
    MATCHES = "matches"
    FOLLOW_UP = "follow_up"
    PARTNER = "partner"
    STAFF = "staff"
    CONTACT_QUESTION = "contact_question"  # did the school contact you?
    LISTING_CHANGED = "listing_changed"  # a listing the student asked about is not what it was

    @property
    def can_be_stopped(self) -> bool:
        """Whether its reader may stop it without giving up what they asked for. Such mail carries the header for it,
        keeps quiet hours and is the first to stop when too many complain."""
        return self in STOPPABLE

    @property
    def stopped_with(self) -> frozenset["MessageClass"]:
        """The classes of which one is enough to stop this one: itself, and what it is a kind of."""
        return frozenset({self, MessageClass.FOLLOW_UP} if self in FOLLOW_UPS else {self})


FOLLOW_UPS: Final = (MessageClass.FOLLOW_UP, MessageClass.CONTACT_QUESTION, MessageClass.LISTING_CHANGED)
"""What we write of our own accord after a request. Stopping the first stops them all."""
STOPPABLE: Final = (MessageClass.MATCHES, *FOLLOW_UPS)


class MessageStatus(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    HANDED_OVER = "handed_over"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


S = MessageStatus
MESSAGE_LIFECYCLE: Final = Lifecycle[MessageStatus](
    "message",
    {
        S.PENDING: frozenset({S.LEASED, S.SUPPRESSED, S.FAILED}),
        S.DEFERRED: frozenset({S.LEASED, S.SUPPRESSED, S.FAILED}),
        S.LEASED: frozenset({S.PENDING, S.HANDED_OVER, S.DEFERRED, S.SUPPRESSED, S.FAILED, S.UNCERTAIN}),
        S.HANDED_OVER: frozenset({S.BOUNCED, S.COMPLAINED}),
        # A crash between sending and writing it down leaves us not knowing. Only a person may decide to send again.
        S.UNCERTAIN: frozenset({S.PENDING, S.HANDED_OVER, S.BOUNCED, S.COMPLAINED}),
        S.FAILED: frozenset({S.PENDING}),
        S.BOUNCED: frozenset(),
        S.COMPLAINED: frozenset(),
        S.SUPPRESSED: frozenset(),
    },
)


class Template(StrEnum):
    """The mails there are. Values are the template names that `emails.render` knows."""

    MATCHED_PROGRAMS = "matched_programs"
    INTRODUCTIONS_OPENED = "introductions_opened"
    INTRODUCTION_UPDATE = "introduction_update"
    PARTNER_LEAD_WITHDRAWN = "partner_lead_withdrawn"  # queued before there were notices
    PARTNER_NOTICE = "partner_notice"
    STATUS_REQUEST = "status_request"
    PARTNER_LEAD = "partner_lead"
    PARTNER_BATCH = "partner_batch"
    PARTNER_METHOD = "partner_method"
    MY_DATA_LINKS = "my_data_links"
    CONFIRM_ADDRESS = "confirm_address"
    ADDRESS_CHANGE = "address_change"
    RESUME_LINK = "resume_link"
    CONFIRM_INTRODUCTIONS = "confirm_introductions"
    PARTNER_PAUSED = "partner_paused"
    PARTNER_ACCESS = "partner_access"
    STAFF_ALERT = "staff_alert"
    STAFF_ACCESS = "staff_access"
    ACCOUNT_NEWS = "account_news"
    CONTACT_QUESTION = "contact_question"
    LISTING_CHANGED = "listing_changed"
