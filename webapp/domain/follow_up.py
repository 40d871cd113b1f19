"""A follow-up: one mail that we write of our own accord some time after a request, at most once."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from webapp.domain.message import MessageClass, Template


class FollowUpKind(StrEnum):
    CONTACT_QUESTION = "contact_question"  # did the school contact you?
    LISTING_CHANGED = "listing_changed"  # a listing the student asked about is not what it was

    @property
    def message_class(self) -> MessageClass:
        """The class of its mail, by which its reader stops it."""
        return MessageClass(self.value)

    @property
    def template(self) -> Template:
        """What its mail says."""
        return Template(self.value)


QUESTION_AFTER: Final = timedelta(days=7)
"""After the hand-over. Schools mostly call within the first two days; a week leaves room for a slow one."""
QUESTION_UNTIL: Final = timedelta(days=30)
"""After the hand-over. Later nobody remembers."""
NEWS_AFTER: Final = timedelta(hours=1)
"""After a change: an import that is corrected at once makes no mail, and one import makes one mail."""
NEWS_APART: Final = timedelta(days=1)
"""At least so long lies between two mails about changes: more of them wait, and come in one."""
NEWS_UNTIL: Final = timedelta(days=3)


class Dropped(StrEnum):
    """Why a follow-up that was planned is not sent."""

    RECIPIENT_ERASED = "recipient_erased"
    UNCONFIRMED_ADDRESS = "unconfirmed_address"
    STOPPED_BY_STUDENT = "stopped_by_student"
    ANSWERED_BEFORE = "answered_before"
    NO_LONGER_WITH_SCHOOL = "no_longer_with_school"
    CHANGED_BACK = "changed_back"
    CAME_TOO_LATE = "came_too_late"
    QUEUED_BEFORE = "queued_before"
