"""Words of listings and of students: tokens, light stems, and an inverted index over the listings.

The index is in compressed rows: the postings of term `t` are `rows[starts[t]:starts[t + 1]]`, ascending. `columns` says
where the term stands (bit 1 name, 2 topics, 4 summary), so that a shared term can be explained without reading again.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from webapp.domain.listing import Listing
from webapp.matching.arrays import Floats, Ints

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
    """The inverted index. `rarity` is the weight of each term: the log of how few listings hold it."""

    vocabulary: Mapping[str, int]
    starts: Ints
    rows: Ints
    columns: Ints
    rarity: Floats

    def postings(self, term: int) -> Ints:
        """The rows that hold a term, ascending."""
        return self.rows[self.starts[term] : self.starts[term + 1]]

    def column_of(self, term: int, row: int) -> str | None:
        """The most telling column in which a listing holds a term, or None where it does not."""
        first, last = int(self.starts[term]), int(self.starts[term + 1])
        at = first + int(np.searchsorted(self.rows[first:last], row))
        if at >= last or self.rows[at] != row:
            return None
        bits = int(self.columns[at])
        return next(name for bit, name in COLUMN_OF_BIT.items() if bits & bit)


def build_index(listings: Sequence[Listing]) -> TextIndex:
    """Index name, topics and summary of listings that are already in their final order."""
    vocabulary: dict[str, int] = {}
    postings: list[list[int]] = []
    bits: list[list[int]] = []
    seen: dict[str, tuple[int, ...]] = {}
    for row, listing in enumerate(listings):
        here: dict[int, int] = {}
        for bit, text in ((NAME, listing.name), (TOPICS, " ".join(listing.topics)), (SUMMARY, listing.summary or "")):
            if not text:
                continue
            ids = seen.get(text)
            if ids is None:
                ids = seen[text] = tuple(dict.fromkeys(_ids(text, vocabulary, postings, bits)))
            for term in ids:
                here[term] = here.get(term, 0) | bit
        for term, mask in here.items():
            postings[term].append(row)
            bits[term].append(mask)
    lengths = [len(rows) for rows in postings]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64) if lengths else np.zeros(1, np.int64)
    flat_rows = np.array([row for rows in postings for row in rows], dtype=np.int32)
    flat_bits = np.array([mask for masks in bits for mask in masks], dtype=np.int8)
    rarity = np.array([math.log(1 + len(listings) / length) for length in lengths], dtype=np.float64)
    return TextIndex(vocabulary, starts, flat_rows, flat_bits, rarity)


def _ids(text: str, vocabulary: dict[str, int], postings: list[list[int]], bits: list[list[int]]) -> list[int]:
    found = []
    for term in map(stem, words_of(text)):
        if term not in vocabulary:
            vocabulary[term] = len(vocabulary)
            postings.append([])
            bits.append([])
        found.append(vocabulary[term])
    return found
