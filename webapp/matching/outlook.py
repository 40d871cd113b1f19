"""What a chain costs at least when it ends: a bound that lets a search leave most standings without losing the best.

An aim asks for a floor: an education, a level of each subject, one of some fields. What a standing lacks of it is a set
of bits. Some hop must give each of them, so the cheapest hops that cover the set, whatever else they ask for, and the
aim itself are a price below which no chain to that aim can end (a relaxed set cover, worked out for all 256 sets).
"""

from dataclasses import dataclass

import numpy as np

from webapp.domain.subject import Subject
from webapp.matching.admissions import Admissions
from webapp.matching.arrays import UNKNOWN, Ints, Words
from webapp.matching.hops import Hops

MOST_GROUPS = 16
"""Where there are more aims, those of like price share a floor, the lowest of theirs: a weaker bound, and still one."""
SETS = 1 << (2 + len(Subject))
NEVER = 1 << 60
"""A price that no chain can have."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Floors of groups of aims; `still[k, g, s]` is the least cost of an aim and k hops that mend the set s."""

    education: Ints
    fields: Words
    subjects: Ints
    still: Ints

    @classmethod
    def over(cls, hops: Hops, aims: Hops, asked: Admissions, prices: tuple[Ints, Ints], most_hops: int) -> "Outlook":
        """The outlook on some aims; `prices` is what each hop and each aim counts."""
        subjects = asked.subjects[aims.admission].astype(np.int64)
        subjects[aims.through != 0] = UNKNOWN
        fields = asked.fields[aims.admission].copy()
        fields[(aims.through != 0) | (fields == 0)] = ~np.uint64(0)
        order = np.argsort(prices[1], kind="stable")
        groups = np.array_split(order, min(len(order), MOST_GROUPS))
        floors = cls(
            np.array([asked.education[aims.admission[group]].min() for group in groups], dtype=np.int64),
            np.array([np.bitwise_or.reduce(fields[group]) for group in groups], dtype=np.uint64),
            np.array([subjects[group].min(axis=0) for group in groups], dtype=np.int64),
            np.full((most_hops + 1, len(groups), SETS), NEVER, dtype=np.int64),
        )
        floors.still[:, :, 0] = np.array([prices[1][group].min() for group in groups])
        floors.cover(hops, prices[0])
        return floors

    def cover(self, hops: Hops, price: Ints) -> None:
        """Work out the cheapest covers of every set, one more hop at a time."""
        mended = (SETS - 1) & ~self.lacking(hops.education, hops.fields, hops.subjects)
        groups, sets = np.arange(len(self.education)), np.arange(SETS)
        cheapest = np.full((len(groups), SETS), NEVER, dtype=np.int64)
        np.minimum.at(cheapest, (groups, mended), price[:, np.newaxis])
        for count in range(1, len(self.still)):
            before, now = self.still[count - 1], self.still[count]
            np.copyto(now, before)
            for some in np.flatnonzero((cheapest < NEVER).any(axis=0)).tolist():
                np.minimum(now, cheapest[:, some, np.newaxis] + before[:, sets & ~some], out=now)

    def lacking(self, education: Ints, fields: Words, subjects: Ints) -> Ints:
        """The set of what each of some standings (or gifts of hops) lacks of each floor: rows by columns."""
        short: Ints = (education[:, np.newaxis] < self.education).astype(np.int64)
        short |= ((fields[:, np.newaxis] & self.fields) == 0).astype(np.int64) << 1
        for index in range(subjects.shape[1]):
            short |= (subjects[:, index, np.newaxis] < self.subjects[:, index]).astype(np.int64) << (index + 2)
        return short

    def least(self, education: Ints, fields: Words, subjects: Ints, hops: int) -> Ints:
        """The least that each of some standings still costs to the end, with so many hops left before the aim."""
        lacking = self.lacking(education, fields, subjects)
        result: Ints = self.still[hops][np.arange(len(self.education)), lacking].min(axis=1, initial=NEVER)
        return result
