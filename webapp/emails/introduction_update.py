"""News of one introduction, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from webapp.emails.footer import Footer


class IntroductionNews(StrEnum):
    """What happened to an introduction, as far as it matters to the student."""

    DELIVERED = "delivered"
    DECLINED = "declined"  # the school does not take it on
    ALREADY_KNOWN = "already_known"  # the school had the student's details before
    WITHDRAWN = "withdrawn"  # before anything left
    WITHDRAWN_AND_TOLD = "withdrawn_and_told"  # the school had it and was told to stop
    FAILED = "failed"
    EXPIRED = "expired"
    NO_PLACE = "no_place"  # the school is full, and one side does not want it to wait
    NOT_TAKEN = "not_taken"  # the school takes only students of whom something else holds
    REPEATED = "repeated"  # a person of ours found that it repeats an earlier request
    TO_CORRECT = "to_correct"  # something in the details cannot be right
    NOT_CORRECTED = "not_corrected"  # and was not put right in time
    NOT_CONFIRMED = "not_confirmed"  # the school takes confirmed addresses only, and this one was not


@dataclass(frozen=True, slots=True)
class IntroductionUpdate:
    """`at` is when it happened. `program_url` (blank: no link) is where the student can still apply directly.

    `next_choice` (blank: there is none) is the next program on the student's list whose school can be asked.
    `wanted` is what the school takes, or what was seen in the details; `correct_url` (blank: too late) is where they
    can be put right. `cancel_url` (blank: nothing left to take back) shows a page where the student confirms taking it
    back.
    """

    footer: Footer
    first_name: str
    news: IntroductionNews
    legal_entity: str
    program: str
    institution: str
    at: datetime
    results_url: str
    program_url: str = ""
    cancel_url: str = ""
    next_choice: str = ""
    wanted: tuple[str, ...] = ()
    correct_url: str = ""
