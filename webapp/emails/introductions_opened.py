"""The receipt for ticked schools: who gets what, in which words, when, and how to stop it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer


@dataclass(frozen=True, slots=True)
class IntroducedSchool:
    """One recipient. `consent_text` is word for word what was agreed to, `consent_version` the version of the words.

    `answers` are pairs of a question of the school and what the student answered.
    """

    legal_entity: str
    program: str
    institution: str
    consent_text: str
    consent_version: str
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IntroductionsOpened:
    """`goes_out_at` ends the undo window; `cancel_url` shows a page where the student confirms the cancelling.

    `what_is_sent` names the kinds of facts ("Your name", "Your e-mail address"), in the order they matter; `contact` is
    how the schools may contact the student, a limit a line. Times stand on the student's own clock where it is known.
    """

    footer: Footer
    first_name: str
    schools: tuple[IntroducedSchool, ...]
    what_is_sent: tuple[str, ...]
    contact: tuple[str, ...]
    agreed_at: datetime
    goes_out_at: datetime
    cancel_url: str
