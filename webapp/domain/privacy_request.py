"""Privacy requests: what somebody may ask of us about their data, and until when it has to be answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from webapp.domain.lifecycle import Lifecycle

LONGEST_WORDS: Final = 2000
DESK: Final = "privacy desk"
"""The page that consents name where staff took something back because somebody asked them to."""
CCPA_DAYS: Final = 45
"""California Code of Regulations, title 11, section 7021: 45 calendar days from receipt, 90 at most."""
GDPR_MONTHS, GDPR_EXTENDED_MONTHS = 1, 3
"""Regulation (EU) 2016/679, article 12(3): one month from receipt, and two further months where needed."""


class RequestKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"


class PrivacyLaw(StrEnum):
    GDPR = "gdpr"
    CCPA = "ccpa"

    def due(self, received_on: date, *, extended: bool = False) -> date:
        """The last day on which a request that came on `received_on` can be answered in time.

        A month ends on the day of the same number; where there is none, on the last of the month (Regulation (EEC,
        Euratom) 1182/71, article 3).
        """
        if self is PrivacyLaw.CCPA:
            return received_on + timedelta(days=2 * CCPA_DAYS if extended else CCPA_DAYS)
        return _months_later(received_on, GDPR_EXTENDED_MONTHS if extended else GDPR_MONTHS)


class RequestSource(StrEnum):
    OWN_PAGE = "own_page"  # the student did it on their own page, and it was done at once
    LETTER = "letter"
    PHONE = "phone"
    MAIL = "mail"
    OTHER = "other"


class RequestStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RequestOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    NOBODY = "nobody"  # we hold nothing about whoever asked, or could not tell who that is
    TAKEN_BACK = "taken_back"


REQUEST_LIFECYCLE: Final = Lifecycle[RequestStatus](
    "privacy request",
    {RequestStatus.OPEN: frozenset({RequestStatus.CLOSED}), RequestStatus.CLOSED: frozenset()},
)
KIND_LABELS: Final[Mapping[RequestKind, str]] = {
    RequestKind.EXPORT: "A copy of their data",
    RequestKind.ERASURE: "Erase everything",
    RequestKind.CORRECTION: "Correct what is wrong",
    RequestKind.WITHDRAWAL: "Take back introductions",
    RequestKind.OBJECTION: "Object: no more mail, no use beyond the request",
}
LAW_LABELS: Final[Mapping[PrivacyLaw, str]] = {
    PrivacyLaw.GDPR: "GDPR: one month, three at most",
    PrivacyLaw.CCPA: "CCPA: 45 days, 90 at most",
}
SOURCE_LABELS: Final[Mapping[RequestSource, str]] = {
    RequestSource.OWN_PAGE: "On their own page",
    RequestSource.LETTER: "By letter",
    RequestSource.PHONE: "By phone",
    RequestSource.MAIL: "By e-mail",
    RequestSource.OTHER: "In another way",
}
OUTCOME_LABELS: Final[Mapping[RequestOutcome, str]] = {
    RequestOutcome.DONE: "Done as asked",
    RequestOutcome.REFUSED: "Refused, with the reason given to them",
    RequestOutcome.NOBODY: "We hold nothing, or could not tell who asked",
    RequestOutcome.TAKEN_BACK: "Taken back by whoever asked",
}
CARRIED_OUT_HERE: Final = frozenset({RequestKind.ERASURE, RequestKind.WITHDRAWAL, RequestKind.OBJECTION})
"""What staff can have done from the request itself; a copy and a correction are the student's own page's."""


def _months_later(day: date, months: int) -> date:
    first = day.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
