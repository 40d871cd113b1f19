"""The order of matches: tier, score, coverage, freshness, then a hash salted per student; never name or price.

At most two programs of one institution stand in the first ten; the others wait until the eleventh place, or fill the
ten where nothing else that the student may enter is left.
"""

import hashlib
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from webapp.matching.arrays import Floats, Ints, Mask, Words

TOP = 10
PER_INSTITUTION = 2
DECIMALS = 9
"""Scores equal to this many decimals are a tie."""


class Place(NamedTuple):
    """A row in the order. `raw` is the place (from 0) it would have without any rule on variety, `spread` the place it
    would have with the rule on institutions alone."""

    row: int
    raw: int
    spread: int


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """What decides the order, in parallel columns over the rows that may be shown."""

    row: Ints
    later: Mask
    score: Floats
    coverage: Floats
    verified: Ints
    id_hash: Words


def salted(id_hash: Words, salt: bytes) -> Words:
    """Mix each program's hash with the student's salt (the finishing steps of splitmix64)."""
    seed = np.uint64(int.from_bytes(hashlib.blake2b(salt, digest_size=8).digest(), "big"))
    mixed = id_hash ^ seed
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def arrange(keys: Keys, salt: bytes) -> list[tuple[int, bool]]:
    """The rows from best to last, each with whether it belongs to the later tier."""
    order = np.lexsort(
        (salted(keys.id_hash, salt), -keys.verified, -keys.coverage, -np.round(keys.score, DECIMALS), keys.later)
    )
    return list(zip(keys.row[order].tolist(), keys.later[order].tolist(), strict=True))


def spread(ordered: list[tuple[int, bool]], institution: Ints, k: int, complete: bool) -> list[Place] | None:
    """The first k places under the rule on institutions; None where more of the order is needed to tell.

    `complete` says that `ordered` holds every row that may be shown. The later tier begins only when the first has
    nothing left, so that the rule never lifts a program the student cannot enter above one they can.
    """
    first: list[tuple[int, int]] = []
    counts: dict[int, int] = {}
    for tier in (False, True):
        waiting: list[tuple[int, int]] = []
        for raw, (row, later) in enumerate(ordered):
            if len(first) == TOP:
                break
            if later is tier:
                school = int(institution[row])
                counts[school] = counts.get(school, 0) + 1
                (first if counts[school] <= PER_INSTITUTION else waiting).append((row, raw))
        whole = complete or (not tier and bool(ordered) and ordered[-1][1])
        if not whole:
            break
        first += waiting[: TOP - len(first)]
    if not complete and (len(first) < min(k, TOP) or len(ordered) < k):
        return None
    taken = {row for row, _ in first}
    after = ((row, raw) for raw, (row, _) in enumerate(ordered) if row not in taken)
    return [Place(row, raw, index) for index, (row, raw) in enumerate(islice(chain(first, after), k))]
