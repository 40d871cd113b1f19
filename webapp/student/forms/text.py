"""Checks on free text: nothing that says who the student is, no overlong lists."""

import re
from typing import Any

from wtforms.validators import ValidationError

from webapp.domain.profile import INTEREST_LIMIT, INTERESTS_LIMIT

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SEPARATOR = re.compile(r"[,;\n\t]+")


class NoAddress:
    """Free text is used for ranking, so it must not hold an e-mail address."""

    def __call__(self, _form: Any, field: Any) -> None:
        if _ADDRESS.search(field.data or ""):
            raise ValidationError("Leave e-mail addresses out of this box. Ranking does not need them.")


def phrases(text: str | None) -> list[str]:
    """The topics in `text`, split at commas, semicolons and line ends; each once, in the order written."""
    found: dict[str, str] = {}
    for piece in _SEPARATOR.split(text or ""):
        phrase = " ".join(piece.split())
        if phrase:
            found.setdefault(phrase.casefold(), phrase)
    return list(found.values())


class Topics:
    """A list of topics that a profile can hold."""

    def __call__(self, _form: Any, field: Any) -> None:
        found = phrases(field.data)
        if len(found) > INTERESTS_LIMIT:
            raise ValidationError(f"Write at most {INTERESTS_LIMIT} topics. You have written {len(found)}.")
        if any(len(phrase) > INTEREST_LIMIT for phrase in found):
            raise ValidationError("Keep each topic short, and put a comma between two topics.")
