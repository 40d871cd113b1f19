"""The matched-programs mail: the short list with its reasons, as the student asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.emails.footer import Footer
from webapp.emails.introductions_opened import IntroductionsOpened


@dataclass(frozen=True, slots=True)
class ProgramCard:
    """One program in words, rendered by the caller from the match. A blank says "not known" or leaves the line out.

    `verdict` is the key (eligible, likely, conditional, not_yet, unknown) and only picks the colour. `price_note` is
    the price's basis and date ("average of the institution, 2023-24"). `url` is the program's own page, http or https.
    """

    rank: int
    name: str
    institution: str
    verdict: str
    verdict_label: str
    verdict_sentence: str
    reasons: tuple[str, ...]
    caveats: tuple[str, ...]
    price: str
    price_note: str
    modality: str
    duration: str
    start: str
    url: str
    next_step: str
    is_partner: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class MatchedPrograms:
    """`programs` are in rank order. `considered` is how many listings were looked at. `confirm_url` may be blank.

    `introductions` is the receipt for schools ticked in the same request, so that one request is one mail.
    """

    footer: Footer
    first_name: str
    programs: tuple[ProgramCard, ...]
    considered: int
    results_url: str
    requested_at: datetime
    confirm_url: str = ""
    introductions: IntroductionsOpened | None = None
