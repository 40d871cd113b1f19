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


@dataclass(frozen=True, slots=True)
class IntroductionUpdate:
    """`at` is when it happened. `program_url` (blank: no link) is where the student can still apply directly.

    `next_choice` (blank: there is none) is the next program on the student's list whose school can be asked.
    `cancel_url` (blank: nothing left to take back) shows a page where the student confirms taking it back.
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
