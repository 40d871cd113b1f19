"""What listings are about: the topics that each one's name, topics and summary mention.

Listings that mention the same topics in the same columns share a matter: what a student wishes and what a job is made
of is held against each distinct matter once, and looked up for every other row.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import MappingProxyType

import numpy as np

from webapp.domain.subject import Subject
from webapp.domain.topic import topics, topics_of
from webapp.matching.arrays import Codes, Floats, Ints, Mask

NAME, TOPICS, SUMMARY = 1, 2, 4
COLUMN_OF_BIT = {NAME: "name", TOPICS: "topics", SUMMARY: "summary"}
IN_PASSING = 0.7
"""What a topic is worth that only the summary mentions."""
NEXT_TO = 0.7
"""What a topic is worth beside the one asked for, times how near it lies."""
FOREMOST = 0.7
"""How much the most telling topic decides of how far a listing is the work of a job; the rest is the mean of all."""
ALREADY = 0.5
"""What is left of a topic that is little else than a subject the student knows already."""
TAUGHT_BY: Mapping[Subject, tuple[str, ...]] = MappingProxyType(
    {
        Subject.PROGRAMMING: ("programming", "Python", "data structures", "R"),
        Subject.STATISTICS: ("statistics", "probability", "regression"),
        Subject.CALCULUS: ("calculus", "mathematics"),
        Subject.LINEAR_ALGEBRA: ("linear algebra", "mathematics"),
        Subject.DATABASES: ("databases", "SQL", "data modelling"),
        Subject.MACHINE_LEARNING: ("machine learning",),
    }
)
"""The topics that are little else than a subject."""
NUMBERS: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(topics())})
"""The column of each topic."""


@dataclass(frozen=True, eq=False)
class Matters:
    """`held[code[r], t]` says where row `r` mentions topic `t`: the bits of the columns, 0 for nowhere.

    `of_text` numbers the matter of each text, `code` that of each row.
    """

    code: Codes
    of_text: Codes
    held: Ints

    @cached_property
    def strength(self) -> Floats:
        """How much each matter is about each topic, 0..1."""
        told = np.where((self.held & (NAME | TOPICS)) != 0, 1.0, IN_PASSING)
        return np.where(self.held == 0, 0.0, told)

    def told(self, matter: int) -> Mapping[int, float]:
        """How much one matter is about each topic that it mentions."""
        if matter not in self._told:
            topics = np.flatnonzero(self.held[matter])
            self._told[matter] = dict(zip(topics.tolist(), self.strength[matter, topics].tolist(), strict=True))
        return self._told[matter]

    @cached_property
    def _told(self) -> dict[int, Mapping[int, float]]:
        return {}

    @cached_property
    def counts(self) -> Ints:
        """How many rows mention each topic."""
        rows: Ints = np.bincount(self.code, minlength=len(self.held)).astype(np.int64) @ (self.held != 0)
        return rows

    @cached_property
    def taught(self) -> Mask:
        """Whether any row mentions each topic, or one near it."""
        mentioned: Mask = (nearness() > 0) & (self.counts > 0)
        found: Mask = np.any(mentioned, axis=1)
        return found

    @cached_property
    def rarity(self) -> Floats:
        """The weight of each topic: the log of how few rows mention it."""
        return np.log(1 + len(self.code) / np.maximum(self.counts, 1))

    @cached_property
    def kept(self) -> dict[Hashable, Floats]:
        """What was worked out for a topic or a job: it holds for every student."""
        return {}

    def about(self, topic: int) -> Floats:
        """For each matter how near its nearest topic lies to one, 0..1."""
        if topic not in self.kept:
            self.kept[topic] = nearest(self.strength, topic)
        return self.kept[topic]

    def of_job(self, soc: str, known: frozenset[Subject]) -> Floats:
        """For each matter how far it is the work of a job, to someone who knows these subjects (`job_share`)."""
        key = (soc, known)
        if key not in self.kept:
            self.kept[key] = job_share(self.strength, soc, known)
        return self.kept[key]


def nearest(strength: Floats, topic: int) -> Floats:
    """For each row of strengths, a column a topic, how near its nearest topic lies to one, 0..1."""
    near = nearness()[topic]
    columns = np.flatnonzero(near)
    best: Floats = (strength[:, columns] * near[columns]).max(axis=1, initial=0.0)
    return best


def job_share(strength: Floats, soc: str, known: frozenset[Subject]) -> Floats:
    """For each row of strengths how far it is the work of an occupation, 0..1; NaN where no topic is told.

    The most telling topic counts most, then the mean of all. Topics that are little else than a known subject count
    ALREADY of themselves.
    """
    if not topics_of(soc):
        return np.full(len(strength), np.nan)
    told = strength.sum(axis=1)
    worth = strength * _grades(soc, known)
    share = FOREMOST * worth.max(axis=1, initial=0.0) + (1 - FOREMOST) * worth.sum(axis=1) / np.maximum(told, 1.0)
    return np.where(told > 0, share, np.nan)


def job_share_of(told: Mapping[int, float], soc: str, known: frozenset[Subject]) -> float:
    """`job_share` of one row, of which only the topics that it tells are given."""
    grades = grades_of(soc, known)
    if not told or not grades:
        return math.nan
    worth = [strength * grades.get(topic, 0.0) for topic, strength in told.items()]
    return FOREMOST * max(worth) + (1 - FOREMOST) * sum(worth) / max(sum(told.values()), 1.0)


@lru_cache(maxsize=256)
def grades_of(soc: str, known: frozenset[Subject]) -> Mapping[int, float]:
    """How far topics are the work of an occupation to someone who knows these subjects, in the table's order."""
    numbers = [NUMBERS[name] for name in topics_of(soc) if name in NUMBERS]
    return dict(zip(numbers, _grades(soc, known)[numbers].tolist(), strict=True))


@lru_cache(maxsize=256)
def _grades(soc: str, known: frozenset[Subject]) -> Floats:
    """How far each topic is the work of an occupation to someone who knows these subjects."""
    graded = topics_of(soc)
    stale = {topic for subject in known for topic in TAUGHT_BY[subject]}
    return np.array([graded.get(name, 0.0) * (ALREADY if name in stale else 1.0) for name in NUMBERS])


def build_matters(code: Codes, found: Sequence[Mapping[int, int]]) -> Matters:
    """From a code for each distinct text, and for each code the topics it mentions with the bits of their columns."""
    keys = [tuple(sorted(each.items())) for each in found]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    held = np.zeros((len(numbers), len(NUMBERS)), dtype=np.int8)
    for key, number in numbers.items():
        for topic, bits in key:
            held[number, topic] = bits
    of_text = np.array([numbers[key] for key in keys], dtype=np.intp)
    return Matters(of_text[code], of_text, held)


@cache
def near_to(topic: int) -> Mapping[int, float]:
    """How near the topics lie to one that have to do with it, itself among them."""
    near = nearness()[topic]
    columns = np.flatnonzero(near)
    return dict(zip(columns.tolist(), near[columns].tolist(), strict=True))


@cache
def nearness() -> Floats:
    """How near topics lie to each other: 1 to itself, 0 to what has nothing to do with it."""
    near = np.eye(len(NUMBERS))
    for name, topic in topics().items():
        for other, grade in topic.near.items():
            near[NUMBERS[name], NUMBERS[other]] = NEXT_TO * grade
    near.setflags(write=False)
    return near
