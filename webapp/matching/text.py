"""Words of listings and of students: tokens, light stems, and an inverted index over the texts of the listings.

A text is a name with its topics and summary; where listings say the same it is indexed once. The index is in compressed
rows: the postings of term `t` are `texts[starts[t]:starts[t + 1]]`, ascending. `columns` says where the term stands
(bit 1 name, 2 topics, 4 summary), so that a shared term can be explained without reading again.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

import numpy as np

from webapp.matching.arrays import Codes, Floats, Ints
from webapp.matching.columns import encode
from webapp.matching.facets import first_rows, joint_codes

NAME, TOPICS, SUMMARY = 1, 2, 4
COLUMN_OF_BIT = {NAME: "name", TOPICS: "topics", SUMMARY: "summary"}
_TOKEN = re.compile(r"[a-z0-9+#]+")
_STOP_WORDS = """
a about all also an and any are as at be by can do for from get have help how i in into is it its like make me more my
of on or our program programs degree degrees school want that the their them this to use using we what which who will
with work you your become learn study science master masters bachelor doctorate phd certificate bootcamp build building
"""
_STOP = frozenset(_STOP_WORDS.split())
_SHORT = {
    "ml": ("machine", "learning"),
    "ai": ("artificial", "intelligence"),
    "nlp": ("natural", "language", "processing"),
    "cv": ("computer", "vision"),
    "llm": ("large", "language", "model"),
    "llms": ("large", "language", "model"),
    "bi": ("business", "intelligence"),
    "hci": ("human", "computer", "interaction"),
    "stats": ("statistics",),
    "healthcare": ("health",),
    "hospital": ("health", "hospital"),
    "hospitals": ("health", "hospital"),
}


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A light stem: plurals and the commonest endings off, never below four letters."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ical", "ic"), ("ics", "ic"), ("es", "e"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: len(word) - len(ending)] + instead
    return word


def words_of(text: str) -> list[str]:
    """The words of a text in order, short forms written out, words that say nothing left out."""
    words = (word for token in _TOKEN.findall(text.lower()) for word in _SHORT.get(token, (token,)))
    return [word for word in words if word not in _STOP and len(word) > 1]


@dataclass(frozen=True, slots=True, eq=False)
class TextIndex:
    """The inverted index over `count` texts. `rarity` weighs each term: the log of how few listings hold it."""

    count: int
    vocabulary: Mapping[str, int]
    starts: Ints
    texts: Ints
    columns: Ints
    rarity: Floats

    def postings(self, term: int) -> Ints:
        """The texts that hold a term, ascending."""
        return self.texts[self.starts[term] : self.starts[term + 1]]

    def column_of(self, term: int, text: int) -> str | None:
        """The most telling column in which a text holds a term, or None where it does not."""
        first, last = int(self.starts[term]), int(self.starts[term + 1])
        at = first + int(np.searchsorted(self.texts[first:last], np.int32(text)))  # an int would widen the postings
        if at >= last or self.texts[at] != text:
            return None
        bits = int(self.columns[at])
        return next(name for bit, name in COLUMN_OF_BIT.items() if bits & bit)


def build_index(
    names: Sequence[str], topics: Sequence[tuple[str, ...]], summaries: Sequence[str | None]
) -> tuple[Codes, TextIndex]:
    """The number of each listing's text, and the index of the texts. A text that recurs is read once."""
    coded = [encode(column) for column in (names, topics, summaries)]
    code = joint_codes([codes for codes, _ in coded])
    vocabulary: dict[str, int] = {}
    held: list[dict[int, int]] = [{}] * (int(code.max(initial=-1)) + 1)
    reading = cache(lambda text: tuple(dict.fromkeys(_ids(text, vocabulary))))
    first = first_rows(code)
    for row in np.sort(first).tolist():
        here: dict[int, int] = {}
        for bit, text in ((NAME, names[row]), (TOPICS, " ".join(topics[row])), (SUMMARY, summaries[row] or "")):
            for term in reading(text) if text else ():
                here[term] = here.get(term, 0) | bit
        held[code[row]] = here
    return code, _inverted(code, held, vocabulary)


def _inverted(code: Codes, held: Sequence[Mapping[int, int]], vocabulary: Mapping[str, int]) -> TextIndex:
    """The postings by term, from the terms (with their columns) that each text holds."""
    sizes = np.array([len(terms) for terms in held], dtype=np.intp)
    terms = np.fromiter(chain.from_iterable(held), dtype=np.int32, count=int(sizes.sum()))
    masks = np.fromiter(chain.from_iterable(each.values() for each in held), dtype=np.int8, count=len(terms))
    texts = np.repeat(np.arange(len(held), dtype=np.int32), sizes)
    times = np.bincount(code, minlength=len(held))
    listings = np.bincount(terms, weights=times[texts], minlength=len(vocabulary)).astype(np.int64)
    lengths = np.bincount(terms, minlength=len(vocabulary)).astype(np.int64)
    order = np.argsort(terms, kind="stable")
    return TextIndex(
        count=len(held),
        vocabulary=vocabulary,
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        texts=texts[order],
        columns=masks[order],
        rarity=np.array([math.log(1 + len(code) / number) for number in listings.tolist()], dtype=np.float64),
    )


def _ids(text: str, vocabulary: dict[str, int]) -> list[int]:
    return [vocabulary.setdefault(term, len(vocabulary)) for term in map(stem, words_of(text))]
