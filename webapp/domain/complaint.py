"""Complaints: what a student says a school did wrong."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class ComplaintKind(StrEnum):
    """What it is about."""

    TOO_MANY_CONTACTS = "too_many_contacts"
    WRONG_WAY = "wrong_way"  # called where only mail was allowed, or at another hour
    DID_NOT_STOP = "did_not_stop"  # after the student took the introduction back
    PASSED_ON = "passed_on"  # somebody else had the details
    MISLEADING = "misleading"
    OTHER = "other"


COMPLAINT_WORDS: Final[Mapping[ComplaintKind, str]] = {
    ComplaintKind.TOO_MANY_CONTACTS: "They were contacted more often than they allowed.",
    ComplaintKind.WRONG_WAY: "They were contacted in a way or at an hour that they had not allowed.",
    ComplaintKind.DID_NOT_STOP: "They were contacted after they had taken the introduction back.",
    ComplaintKind.PASSED_ON: "Somebody else had their details.",
    ComplaintKind.MISLEADING: "What they were told was not true.",
    ComplaintKind.OTHER: "Something else.",
}
"""As the school and our staff read it."""
