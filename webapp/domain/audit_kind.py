"""What entries of the audit log are about, in three parts that leave nothing out."""

from enum import StrEnum
from typing import Final

VIEWED: Final = ("viewed", "searched")
WAY_IN: Final = (
    *("logged_in", "logged_out", "proved", "password_set", "password_changed", "log_in_ended", "log_ins_ended"),
    *("second_step_begun", "second_step_on", "second_step_off", "recovery_codes_made"),
)
"""What people do at the door, for themselves. Two indexes hold these very words, in this order: whoever adds one makes
them anew (`models.audit`)."""


class AuditKind(StrEnum):
    VIEWS = "views"
    WAY_IN = "way_in"
    CHANGES = "changes"
