"""What the kinds of delivery methods are called, why one is switched off, and what an answer comes to, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from webapp.domain.delivery import AttemptOutcome, Channel


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind by its name, and what the partner gets."""

    label: str
    hint: str


KINDS: Final[Mapping[Channel, KindWords]] = {
    Channel.WEBHOOK: KindWords(
        "Signed webhook", "Each lead is posted as JSON at once, signed after the Standard Webhooks. The fullest form."
    ),
    Channel.JSON_POST: KindWords(
        "JSON post", "Each lead is posted at once as JSON with your own field names and values."
    ),
    Channel.FORM_POST: KindWords(
        "Form post", "The same as a web form would send it: for systems that take leads from forms."
    ),
    Channel.EMAIL: KindWords("E-mail", "A mail for each lead: with the details, or only with a link to the portal."),
    Channel.CSV_BATCH: KindWords(
        "File at set times", "A CSV file with the leads since the last one, to be fetched in the portal."
    ),
    Channel.PORTAL: KindWords("Portal only", "Nothing is sent: leads are read in the portal."),
}

DISABLED: Final[Mapping[str, str]] = {
    "run_of_failures": "It failed ten times in a row over two days or more.",
    "http_410": "Its system answered 410: it takes no more leads.",
    "by_hand": "Somebody switched it off.",
    "disabled_by_staff": "We switched it off.",
    "disabled_by_partner": "The school switched it off.",
}


def disabled_words(reason: str | None) -> str:
    """Why a method is switched off, as a sentence."""
    code = reason or ""
    return DISABLED.get(code) or code.replace("_", " ").capitalize() + ("." if code else "")


@dataclass(frozen=True, slots=True)
class Taken:
    """How an answer is taken: in one word, its tone, and what becomes of a lead that gets it."""

    label: str
    tone: str
    becomes: str


TAKEN: Final[Mapping[AttemptOutcome, Taken]] = {
    AttemptOutcome.ACCEPTED: Taken("Accepted", "good", "A lead would be delivered."),
    AttemptOutcome.REJECTED: Taken("Refused", "error", "A lead would end as refused, and nothing else be tried."),
    AttemptOutcome.DUPLICATE: Taken(
        "Known already", "neutral", "A lead would end as a duplicate, and nothing else be tried."
    ),
    AttemptOutcome.RETRYABLE: Taken("Error, tried again", "warm", "A lead would be tried again, then go to a backup."),
    AttemptOutcome.PERMANENT: Taken("Failed", "error", "A lead would go to a backup at once, or end as failed."),
}
