"""What somebody types into the search box, as far as it can be read without looking anything up."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_WORD: Final = re.compile(r"[^\W_]+")
_INVOICE: Final = re.compile(r"(?:PM-?)0*(\d{1,9})", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]{7,24}")
_MOST_WORDS: Final = 8
_SHORTEST: Final = 2
LONGEST: Final = 254


@dataclass(frozen=True, slots=True)
class SearchWords:
    """One search. `text` is what was typed, without blanks around it."""

    text: str

    @property
    def id(self) -> UUID | None:
        """The id it is, in any of the usual spellings; also one with the `msg_` of a webhook-id before it."""
        try:
            return UUID(self.text.removeprefix("msg_"))
        except ValueError:
            return None

    @property
    def is_address(self) -> bool:
        """Whether it reads like an e-mail address, or a part of one."""
        return "@" in self.text

    @property
    def invoice_number(self) -> int | None:
        """The number of the invoice that it names, such as 12 for PM-000012."""
        found = _INVOICE.fullmatch(self.text)
        return int(found[1]) if found else None

    @property
    def phones(self) -> tuple[str, ...]:
        """The numbers, as they are stored (E.164), that it can mean: as it stands, and as one of North America."""
        digits = re.sub(r"\D", "", self.text)
        if not _PHONE.fullmatch(self.text) or not 7 <= len(digits) <= 15:
            return ()
        return (f"+{digits}",) if self.text.startswith("+") else (f"+{digits}", f"+1{digits}")

    @property
    def query(self) -> str | None:
        """All its words, each as the beginning of a word, as a query of the database; None for too little."""
        words = _WORD.findall(self.text)[:_MOST_WORDS]
        if not any(len(word) >= _SHORTEST for word in words):
            return None
        return " & ".join(f"{word}:*" for word in words)

    @property
    def names_a_person(self) -> bool:
        """Whether it says who somebody is, so that only those who may see people may search for it."""
        return self.is_address or bool(self.phones)
