"""A return: a partner's wish to give a lead back, for one of a few reasons, and what was decided."""

from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle


class ReturnReason(StrEnum):
    BAD_CONTACT = "bad_contact"
    WRONG_PERSON = "wrong_person"
    DUPLICATE = "duplicate"
    OUTSIDE_CRITERIA = "outside_criteria"
    DID_NOT_REQUEST = "did_not_request"
    TEST = "test"
    OTHER = "other"
    STUDENT_COMPLAINT = "student_complaint"  # the student's own word; no partner can give it


PARTNERS_REASONS: Final = tuple(each for each in ReturnReason if each is not ReturnReason.STUDENT_COMPLAINT)
"""The reasons that a partner may choose from."""

RETURN_REASON_LABELS: Final = {
    ReturnReason.BAD_CONTACT: "The address or number does not work",
    ReturnReason.WRONG_PERSON: "It belongs to somebody else",
    ReturnReason.DUPLICATE: "We had this student already",
    ReturnReason.OUTSIDE_CRITERIA: "Outside what we agreed to take",
    ReturnReason.DID_NOT_REQUEST: "The student says that they did not ask",
    ReturnReason.TEST: "It is a test",
    ReturnReason.OTHER: "Something else",
    ReturnReason.STUDENT_COMPLAINT: "The student complained",
}

LONGEST_WORDS: Final = 2000


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"


RETURN_LIFECYCLE: Final = Lifecycle[ReturnStatus](
    "return",
    {
        ReturnStatus.REQUESTED: frozenset({ReturnStatus.APPROVED, ReturnStatus.DENIED}),
        ReturnStatus.APPROVED: frozenset(),
        ReturnStatus.DENIED: frozenset(),
    },
)
