"""Why an address gets no mail of a class. Each cause is a row of its own, and is lifted by whom it belongs to."""

from enum import StrEnum
from typing import Final

from webapp.domain.message import MessageClass


class SuppressionReason(StrEnum):
    STOPPED_BY_STUDENT = "stopped_by_student"
    GLOBAL_PRIVACY_CONTROL = "global_privacy_control"
    ERASED_BY_STUDENT = "erased_by_student"
    HARD_BOUNCE = "hard_bounce"
    SOFT_BOUNCES = "soft_bounces"
    COMPLAINT = "complaint"
    ASKED_OF_STAFF = "asked_of_staff"
    REQUIRED_BY_LAW = "required_by_law"
    IMPORTED = "imported"


R = SuppressionReason
THE_STUDENTS_OWN: Final = frozenset({R.STOPPED_BY_STUDENT, R.GLOBAL_PRIVACY_CONTROL, R.ERASED_BY_STUDENT})
"""What whoever reads at the address may take back without asking anybody."""
ADDED_BY_STAFF: Final = (R.ASKED_OF_STAFF, R.REQUIRED_BY_LAW, R.IMPORTED)


class LiftReason(StrEnum):
    """Why staff let an address have mail again."""

    READER_ASKED = "reader_asked"
    MAILBOX_WORKS = "mailbox_works"
    ENTERED_BY_MISTAKE = "entered_by_mistake"


EVERY_CLASS: Final = tuple(each for each in MessageClass if each is not MessageClass.STAFF)
"""What a dead mailbox and a complaint stop: mail we were asked for as well."""
