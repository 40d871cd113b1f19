"""Words of listings and of students: tokens, light stems, and an inverted index over the texts of the listings.

A text is a name with its topics and summary; where listings say the same it is indexed once. The index is in compressed
rows: the postings of term `t` are `texts[starts[t]:starts[t + 1]]`, ascending. `columns` says where the term stands
(bit 1 name, 2 topics, 4 summary), so that a shared term can be explained without reading again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np

from webapp.domain.topic import mentions
from webapp.domain.word import stem, tokens
from webapp.matching.arrays import Codes, Floats, Ints
from webapp.matching.columns import encode
from webapp.matching.facets import first_rows, joint_codes
from webapp.matching.matters import COLUMN_OF_BIT, NAME, NUMBERS, SUMMARY, TOPICS, Matters, build_matters

_STOP_WORDS = """
a about all also an and any are as at be beside by can could do for from get have help how i in into is it its job like
make me modern more my new no of on or our out own possible program programs degree degrees school something start that
the their them this time to use using want we what which who will with without work working would you your become learn
study science master masters bachelor doctorate phd certificate bootcamp build building career course courses class
classes evening evenings online home
"""
_STOP = frozenset(_STOP_WORDS.split())


def words_of(text: str) -> list[str]:
    """The words of a text in order, words that say nothing left out."""
    return telling(tokens(text))


def telling(words: Sequence[str]) -> list[str]:
    """Words without those that say nothing of a subject."""
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
) -> tuple[Codes, TextIndex, Matters]:
    """The number of each listing's text, and the words and topics of the texts. A text that recurs is read once."""
    coded = [encode(column) for column in (names, topics, summaries)]
    code = joint_codes([codes for codes, _ in coded])
    vocabulary: dict[str, int] = {}
    held: list[dict[int, int]] = [{}] * (int(code.max(initial=-1)) + 1)
    found: list[dict[int, int]] = held.copy()
    reading = cache(lambda text: tuple(dict.fromkeys(_ids(text, vocabulary))))
    hearing = cache(lambda text: tuple(dict.fromkeys(NUMBERS[each.topic] for each in mentions(text)[0])))
    first = first_rows(code)
    for row in np.sort(first).tolist():
        here: dict[int, int] = {}
        about: dict[int, int] = {}
        for bit, text in ((NAME, names[row]), *((TOPICS, each) for each in topics[row]), (SUMMARY, summaries[row])):
            for term in reading(text) if text else ():
                here[term] = here.get(term, 0) | bit
            for topic in hearing(text) if text else ():
                about[topic] = about.get(topic, 0) | bit
        held[code[row]], found[code[row]] = here, about
    return code, _inverted(code, held, vocabulary), build_matters(code, found)


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
