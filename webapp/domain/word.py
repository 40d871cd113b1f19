"""Words of a text and their light stems: what listings and students write is compared by these."""

import re
from functools import lru_cache

_TOKEN = re.compile(r"[a-z0-9+#]+")
_ENDINGS = (("ies", "y"), ("ing", ""), ("ical", "ic"), ("ics", "ic"), ("es", "e"), ("s", ""))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light stem: plurals and the commonest endings off, never below four letters."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: len(word) - len(ending)] + instead
    return word


def tokens(text: str) -> list[str]:
    """The words of a text in order, in small letters."""
    return _TOKEN.findall(text.lower())
