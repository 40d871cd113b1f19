"""The order of matches: tier, score, coverage, freshness, then a hash salted per student; never name or price.

At most two programs of one institution stand in the first ten; the others wait until the eleventh place, or fill the
ten where nothing else is left.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from webapp.matching.arrays import Floats, Ints, Mask, Words

TOP = 10
PER_INSTITUTION = 2
DECIMALS = 9
"""Scores equal to this many decimals are a tie."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row in the order. `raw` is the place (from 0) it would have without the rule on institutions."""

    row: int
    raw: int


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


def leaders(later: Mask, score: Floats, count: int) -> Ints:
    """Indexes of at least the best `count` by tier and score, with every tie of the last one; in no order."""
    if count >= len(score):
        return np.arange(len(score))
    key = np.where(later, score, score + 2.0)
    key = np.round(key, DECIMALS)
    threshold = np.partition(key, len(key) - count)[len(key) - count]
    return np.flatnonzero(key >= threshold)


def arrange(keys: Keys, salt: bytes) -> list[int]:
    """The rows from best to last."""
    order = np.lexsort(
        (salted(keys.id_hash, salt), -keys.verified, -keys.coverage, -np.round(keys.score, DECIMALS), keys.later)
    )
    return [int(row) for row in keys.row[order]]


def spread(ordered: list[int], institution: Ints, k: int, complete: bool) -> list[Place] | None:
    """The first k places under the rule on institutions; None where more of the order is needed to tell."""
    counts: dict[int, int] = {}
    taken: list[Place] = []
    for raw, row in enumerate(ordered):
        if len(taken) >= min(k, TOP):
            break
        school = int(institution[row])
        if counts.get(school, 0) < PER_INSTITUTION:
            counts[school] = counts.get(school, 0) + 1
            taken.append(Place(row, raw))
    else:
        if not complete and len(taken) < k:
            return None
    chosen = {place.row for place in taken}
    rest = (Place(row, raw) for raw, row in enumerate(ordered) if row not in chosen)
    while len(taken) < k:
        following = next(rest, None)
        if following is None:
            return taken if complete else None
        taken.append(following)
    return taken
