"""Which known names a name probably stands for: spelled otherwise, shortened, with a word more or less."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

_COMMON: Final = frozenset({"the", "of", "at", "and", "in", "for", "a"})
_LONG: Final[Mapping[str, str]] = {
    "univ": "university",
    "u": "university",
    "coll": "college",
    "inst": "institute",
    "tech": "technology",
    "st": "saint",
    "intl": "international",
}
_COMPARED: Final = 60
_CLOSE: Final = 0.72


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that tell it apart: without case, accents, small words; short forms written out."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(each for each in folded if not unicodedata.combining(each)).replace("&", " and ")
    return tuple(_LONG.get(word, word) for word in re.findall(r"\w+", plain) if word not in _COMMON)


class KnownNames:
    """Names that are known, each with what it stands for; asked for those like another."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """`names`: pairs of what a name stands for, and the name."""
        self._names: dict[str, tuple[str, tuple[str, ...]]] = {key: (name, words_of(name)) for key, name in names}
        self._holding: dict[str, list[str]] = defaultdict(list)
        for key, (_, words) in self._names.items():
            for word in set(words):
                self._holding[word].append(key)

    def like(self, name: str, *, most: int = 3) -> list[tuple[str, str]]:
        """The names most like `name`, likest first, as pairs of what it stands for and the name; often none.

        Only names that share a word are compared, those with the rarest first: thousands of names are fine.
        """
        words = words_of(name)
        weights: dict[str, float] = defaultdict(float)
        for word in set(words):
            holding = self._holding.get(word, ())
            for key in holding:
                weights[key] += 1 / len(holding)
        shortlist = sorted(weights, key=lambda key: (-weights[key], self._names[key][0]))[:_COMPARED]
        scored = [(_likeness(words, self._names[key][1]), key) for key in shortlist]
        close = sorted((each for each in scored if each[0] >= _CLOSE), key=lambda each: (-each[0], each[1]))
        return [(key, self._names[key][0]) for _, key in close[:most]]


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """From 0 to 1: the better of the spelling as a whole and the share of words they have in common."""
    shared = len(set(one) & set(other)) / max(len(set(one)), len(set(other)), 1)
    spelled = SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
    return max(shared, spelled)
