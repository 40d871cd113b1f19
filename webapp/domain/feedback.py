"""Why a program is not for a student, and what that says about what matters to them."""

from enum import StrEnum

from webapp.domain.profile import Criterion, Priority


class FeedbackReason(StrEnum):
    """Why a student puts a program aside. There is no free text: nothing here can say who they are."""

    TOO_EXPENSIVE = "too_expensive"
    TOO_LONG = "too_long"
    WRONG_PLACE = "wrong_place"
    WRONG_SUBJECT = "wrong_subject"
    TOO_HARD = "too_hard"
    TOO_EASY = "too_easy"
    KNOWN = "known"
    OTHER = "other"


CRITERION_OF = {
    FeedbackReason.TOO_EXPENSIVE: Criterion.COST,
    FeedbackReason.TOO_LONG: Criterion.DURATION,
    FeedbackReason.WRONG_PLACE: Criterion.PLACE,
    FeedbackReason.WRONG_SUBJECT: Criterion.INTERESTS,
    FeedbackReason.TOO_HARD: Criterion.BACKGROUND,
    FeedbackReason.TOO_EASY: Criterion.BACKGROUND,
}
"""What a reason is about. That a program is known already, or something else, is about no criterion."""


def raised(priority: Priority | None, *, unstated: float, important: float) -> Priority | None:
    """The next higher priority after one complaint, or None where it stays.

    A complaint never makes a limit: `must` is for the student alone to say. What they said nothing on counts `unstated`
    already; it is raised only where `important` counts more than that.
    """
    match priority:
        case Priority.IGNORE:
            return Priority.NICE
        case Priority.NICE:
            return Priority.IMPORTANT
        case None:
            return Priority.IMPORTANT if important > unstated else None
        case _:
            return None
