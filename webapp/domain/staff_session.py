"""A log-in of a member of staff: how long it holds, and what it takes to do something grave with it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SESSION_LIFE: Final = timedelta(hours=12)
IDLE_LIFE: Final = timedelta(hours=2)
FRESH_FOR: Final = timedelta(minutes=15)
"""How long after proving who they are somebody may change what protects an account, without proving it again."""


class StaffAccessPurpose(StrEnum):
    """What a link that was mailed to a member of staff is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a word, not a password


class AccountNews(StrEnum):
    """What the owner of an account is told by mail, so that they notice when it was not they who did it."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a word, not a password
    SECOND_STEP_ON = "second_step_on"
    SECOND_STEP_OFF = "second_step_off"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"


def is_over(started_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a log-in is too old, or was idle too long."""
    return now - started_at > SESSION_LIFE or now - seen_at > IDLE_LIFE


def is_fresh(proved_at: datetime, now: datetime) -> bool:
    """Whether somebody proved who they are a short while ago."""
    return now - proved_at <= FRESH_FOR
