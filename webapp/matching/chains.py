"""The best chain of listings across a landscape: hop by hop, the best way to each standing is kept.

What someone has after some hops is a standing; how they came there matters only for the price, the months and the
count of steps. So of two chains with the same standing only the better one can be the beginning of the best, and a
chain that is no better than one found already is left. That makes the answer exact. Bounds on time: MOST_STEPS hops,
and of the standings after each hop the best MOST_STANDINGS; where a landscape has more (the demo catalogue never does),
the chain found is still a true one, but a better one may exist.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from webapp.domain.credential import Education
from webapp.matching.admissions import Admissions
from webapp.matching.arrays import UNKNOWN, Ints, Mask, Words
from webapp.matching.hops import UNPUBLISHED, Column, Hops, beginnings, outlasting
from webapp.matching.landscape import Landscape
from webapp.matching.outlook import NEVER, Outlook

MOST_STEPS = 4
MOST_STANDINGS = 2000
AT_ONCE = 32
FEW = 200
"""Up to so many ways one hop further, looking ahead costs more than it saves."""
NO_LIMIT = UNPUBLISHED - 1


class Aim(StrEnum):
    """What a chain should be best at, in the order in which pathways are told."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    FEWEST_STEPS = "fewest_steps"


Cost: TypeAlias = tuple[int, int, int]
"""What chains are compared by: price, steps, length; for the fastest: length, steps, price. The fewest steps are found
first, and the cheapest of those is taken."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Rows in the order in which they are taken, the last one an aim."""

    rows: tuple[int, ...]
    cost: Cost


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """The standings after a number of hops, and the best chain to each; `rows` has one column for each hop."""

    education: Ints
    fields: Words
    subjects: Ints
    opened: Words
    price: Ints
    length: Ints
    rows: Ints

    def take(self, index: Ints) -> "_Layer":
        return _Layer(
            self.education[index],
            self.fields[index],
            self.subjects[index],
            self.opened[index],
            self.price[index],
            self.length[index],
            self.rows[index],
        )

    def __len__(self) -> int:
        return len(self.education)


@dataclass(frozen=True, slots=True)
class Search:
    """One search: what to be best at, and the limits on the whole chain (known cents, known thousandths of a month)."""

    landscape: Landscape
    asked: Admissions
    aim: Aim
    most_price: int = NO_LIMIT
    most_length: int = NO_LIMIT
    late: Mask | None = None
    """Rows of the catalogue that start too late to be the first step."""

    def best(self) -> Chain | None:
        """The best chain of one to MOST_STEPS listings; None where there is none. Equal ones are told by their rows."""
        choices = self._choices(None)
        soon = choices if self.late is None else self._choices(self.late)
        layer, whole = self._start(), np.zeros(1, dtype=np.int64)
        best = self._better(None, layer, soon[1])
        for steps in range(1, MOST_STEPS):
            if best is not None and self.aim is Aim.FEWEST_STEPS:
                break
            hops, aims = soon[0] if steps == 1 else choices[0], choices[1]
            if steps < MOST_STEPS - 1:
                layer, whole = self._hopeful(self._further(layer, hops), choices, MOST_STEPS - 1 - steps, best)
                best = self._better(best, layer, aims)
                continue
            for start in range(0, len(layer), AT_ONCE):
                # The most hopeful standings come first, so that those behind them are soon seen to be worse.
                some = start + np.flatnonzero(whole[start : start + AT_ONCE] < _below(best))
                if not len(some):
                    break
                best = self._better(best, self._further(layer.take(some), hops), aims)
        return best

    def _first(self, held: Hops | _Layer) -> Ints:
        return held.length if self.aim is Aim.FASTEST else held.price

    def _second(self, held: Hops | _Layer) -> Ints:
        return held.price if self.aim is Aim.FASTEST else held.length

    def _choices(self, late: Mask | None) -> tuple[Hops, Hops]:
        hops, aims = self.landscape.hops, self.landscape.aims
        if late is not None:
            hops, aims = (held.take(np.flatnonzero(~late[held.row])) for held in (hops, aims))
        return self._best_alike(hops), self._best_alike(aims)

    def _best_alike(self, hops: Hops) -> Hops:
        """Of the listings that ask and give the same, the best one."""
        return hops.take(self._best_of_same(hops.likeness, hops, [hops.row]))

    def _best_of_same(self, same: list[Column], held: Hops | _Layer, ties: list[Ints]) -> Ints:
        """Of those that are the same in some columns, the best one.

        Where a limit holds for the whole chain, also each worse one that leaves more of it: a cheap beginning may be
        too long. What does not publish its price or length takes nothing of the limit, and may outlast a better one.
        """
        order = np.lexsort((*ties, self._second(held), self._first(held), *same))
        begins = beginnings([column[order] for column in same], len(order))
        limited = [
            (column % UNPUBLISHED)[order]
            for column, most in ((held.price, self.most_price), (held.length, self.most_length))
            if most != NO_LIMIT
        ]
        return order[outlasting(begins, limited) if limited else begins]

    def _start(self) -> _Layer:
        land = self.landscape
        one = np.zeros(1, dtype=np.int64)
        return _Layer(
            np.array([land.education], dtype=np.int64),
            np.array([land.fields], dtype=np.uint64),
            land.subjects[np.newaxis],
            np.zeros(1, dtype=np.uint64),
            one,
            one,
            np.zeros((1, 0), dtype=np.int64),
        )

    def _enters(self, layer: _Layer, hops: Hops) -> Mask:
        """Which standings may enter which listings: one row for each standing, one column for each listing."""
        asked, own = self.asked, hops.admission
        accepted = np.where(asked.fields == 0, ~np.uint64(0), asked.fields)[own]
        by_own = (layer.fields[:, np.newaxis] & accepted) != 0
        for index in range(layer.subjects.shape[1]):
            by_own &= layer.subjects[:, index, np.newaxis] >= asked.subjects[own, index]
        by_bridge = (layer.opened[:, np.newaxis] & hops.through) != 0
        result: Mask = (by_own | by_bridge) & (layer.education[:, np.newaxis] >= asked.education[own])
        return result

    def _better(self, best: Chain | None, layer: _Layer, aims: Hops) -> Chain | None:
        """The better of the best chain so far and the best of those that end with one more step."""
        standing, last = np.nonzero(self._enters(layer, aims))
        price, length = layer.price[standing] + aims.price[last], layer.length[standing] + aims.length[last]
        first, second = (length, price) if self.aim is Aim.FASTEST else (price, length)
        within = np.flatnonzero(self._affordable(price, length) & (first <= _below(best)))
        if not len(within):
            return best
        rows = np.column_stack([layer.rows[standing[within]], aims.row[last[within]]])
        at = int(np.lexsort((*rows.T[::-1], second[within], first[within]))[0])
        cost = int(first[within[at]]), rows.shape[1], int(second[within[at]])
        return Chain(tuple(rows[at].tolist()), cost) if best is None or cost < best.cost else best

    def _affordable(self, price: Ints, length: Ints) -> Mask:
        within: Mask = (price % UNPUBLISHED <= self.most_price) & (length % UNPUBLISHED <= self.most_length)
        return within

    def _further(self, layer: _Layer, hops: Hops) -> _Layer:
        """Every way one hop further that adds something and can be paid."""
        at, by = np.nonzero(self._enters(layer, hops))
        gained = hops.education[by]
        # An undergraduate certificate makes some college of a finished high school, and nothing of less.
        college = (gained == Education.SOME_COLLEGE.rank) & (layer.education[at] < Education.HIGH_SCHOOL.rank)
        reached = _Layer(
            np.maximum(layer.education[at], np.where(college, UNKNOWN, gained)),
            layer.fields[at] | hops.fields[by],
            np.maximum(layer.subjects[at], hops.subjects[by]),
            layer.opened[at] | hops.opens[by],
            layer.price[at] + hops.price[by],
            layer.length[at] + hops.length[by],
            np.column_stack([layer.rows[at], hops.row[by]]),
        )
        changed = (reached.education != layer.education[at]) | (reached.fields != layer.fields[at])
        changed |= (reached.opened != layer.opened[at]) | (reached.subjects != layer.subjects[at]).any(axis=1)
        return reached.take(np.flatnonzero(changed & self._affordable(reached.price, reached.length)))

    def _hopeful(
        self, layer: _Layer, choices: tuple[Hops, Hops], hops_left: int, best: Chain | None
    ) -> tuple[_Layer, Ints]:
        """The best way to each standing, the most hopeful first, without those that cannot end as well as `best`.

        Beside each stands what a chain on from there costs at least, by its first cost.
        """
        hops, aims = choices
        whole = self._first(layer) + int(self._first(aims).min())
        if len(layer) > FEW:
            outlook = Outlook.over(hops, aims, self.asked, (self._first(hops), self._first(aims)), hops_left)
            whole = self._first(layer) + outlook.least(layer.education, layer.fields, layer.subjects, hops_left)
        hopeful = np.flatnonzero(whole < _below(best))
        layer, whole = layer.take(hopeful), whole[hopeful]
        code = layer.education
        for index in range(layer.subjects.shape[1]):
            code = code * 16 + layer.subjects[:, index]
        kept = self._best_of_same([layer.opened, layer.fields, code], layer, list(layer.rows.T[::-1]))
        kept = kept[np.lexsort((self._second(layer)[kept], whole[kept]))[:MOST_STANDINGS]]
        return layer.take(kept), whole[kept]


def _below(best: Chain | None) -> int:
    """What a chain must cost less than, to be worth going on with: more steps for the same are no better."""
    return NEVER if best is None else best.cost[0]
