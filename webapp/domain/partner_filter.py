"""What a partner chooses beside the rules of its filter."""

from enum import StrEnum


class OnUnknown(StrEnum):
    """What becomes of a lead that does not say enough for a rule."""

    PASS = "pass"  # noqa: S105 - a choice, not a password
    REVIEW = "review"
