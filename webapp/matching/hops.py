"""Hops: listings that can be taken on the way to a goal, or at its end, in columns.

Of those that ask and give the same only a few can stand in any best chain. Which of these it is depends on what the
chain should be best at, and on its limits; `worth_taking` leaves out what none of the questions can choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from webapp.matching.arrays import Ints, Mask, Words

UNPUBLISHED = 1 << 45
"""Added to a price or a length for each step that does not publish it: any number of known ones costs less."""

Column: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Hops:
    """Listings to choose from, in parallel columns. `opens` and `through` are bits of programs opened by a bridge."""

    row: Ints
    admission: Ints
    education: Ints
    fields: Words
    subjects: Ints
    opens: Words
    through: Words
    price: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.row)

    def take(self, index: Ints) -> "Hops":
        """Some of them."""
        return Hops(*(getattr(self, column)[index] for column in COLUMNS))

    @property
    def likeness(self) -> list[Column]:
        """The columns by which two ask and give the same."""
        code = self.admission.astype(np.int64) * 8 + self.education + 1
        for index in range(self.subjects.shape[1]):
            code = code * 8 + self.subjects[:, index] + 1
        return [self.through, self.opens, self.fields, code]

    def worth_taking(self, late: Mask | None) -> "Hops":
        """Those that some chain may take before every other that asks and gives the same, whatever it is best at.

        `late` are rows of the catalogue that cannot be a first step: they stand back only for one another.
        """
        same: list[Column] = self.likeness if late is None else [*self.likeness, late[self.row].view(np.int8)]
        same = [column for column in same if (column != column[:1]).any()]
        order = np.lexsort((self.row, self.length, self.price, *same))
        # In this order what comes first is no dearer, and of two that cost the same it is the one with the lower row.
        spent = [column[order] for column in (self.length, self.price % UNPUBLISHED, self.length % UNPUBLISHED)]
        return self.take(np.sort(order[outlasting(beginnings([column[order] for column in same], len(order)), spent)]))


COLUMNS = tuple(each.name for each in fields(Hops))


def beginnings(same: Sequence[Column], count: int) -> Ints:
    """Where a sorted table of so many rows begins another combination of values."""
    begins = np.zeros(count, dtype=np.bool_)
    begins[:1] = True
    for column in same:
        begins[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(begins)


def outlasting(begins: Ints, spent: Sequence[Ints]) -> Ints:
    """Of each group of a sorted table the first, and every other that spends less of something than each before it.

    `begins` are the places where the groups begin, `spent` columns of the table. There are as many rounds as the
    longest list of one group that is kept.
    """
    left = np.arange(len(spent[0]))
    group = np.zeros(len(left), dtype=np.int64)
    group[begins[1:]] = 1
    group = np.cumsum(group)
    kept = [begins[:0]]
    while len(left):
        heads = beginnings([group], len(group))
        kept.append(left[heads])
        head = np.repeat(heads, np.diff(heads, append=len(left)))
        less = np.flatnonzero(np.logical_or.reduce([column < column[head] for column in spent]))
        left, group, spent = left[less], group[less], [column[less] for column in spent]
    return np.sort(np.concatenate(kept))
