"""Leaving out hops that no chain can choose, held against looking at each pair."""

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from webapp.matching.hops import UNPUBLISHED, Hops

FIGURE = st.sampled_from([0, 1, 2, UNPUBLISHED, UNPUBLISHED + 1])
HOP = st.tuples(st.integers(0, 1), st.integers(0, 1), FIGURE, FIGURE, st.booleans())
"""What it asks, what it opens, its price, its length, and whether it is too late for a first step."""


def hops_of(drawn: list[tuple[int, int, int, int, bool]]) -> Hops:
    asks, opens, price, length, _ = (np.array(column, dtype=np.int64) for column in zip(*drawn, strict=True))
    nothing = np.zeros(len(drawn), dtype=np.int64)
    words = np.zeros(len(drawn), dtype=np.uint64)
    rows = np.arange(len(drawn))
    subjects = np.zeros((len(drawn), 2), dtype=np.int64)
    return Hops(rows, asks, nothing, words, subjects, opens.astype(np.uint64), words, price, length)


def spent(hops: Hops, at: int) -> tuple[int, int, int, int]:
    """What one costs and takes, and the same without what is unpublished."""
    price, length = int(hops.price[at]), int(hops.length[at])
    return price, length, price % UNPUBLISHED, length % UNPUBLISHED


def better(hops: Hops, alike: list[tuple[int, int, bool]], at: int) -> Iterator[int]:
    """Those of the same kind that cost and take no more, and come first where they cost and take the same."""
    for other in range(len(hops)):
        if other != at and alike[other] == alike[at]:
            pairs = list(zip(spent(hops, other), spent(hops, at), strict=True))
            if all(one <= two for one, two in pairs) and (other < at or any(one < two for one, two in pairs)):
                yield other


@given(st.lists(HOP, min_size=1, max_size=12), st.booleans())
def test_what_is_left_out_is_never_better_than_all_of_what_is_kept(
    drawn: list[tuple[int, int, int, int, bool]], some_are_late: bool
) -> None:
    hops = hops_of(drawn)
    late = np.array([each[4] for each in drawn]) if some_are_late else None
    alike = [(each[0], each[1], each[4] and some_are_late) for each in drawn]
    kept = set(hops.worth_taking(late).row.tolist())
    for at in range(len(hops)):
        others = set(better(hops, alike, at))
        if at in kept:
            assert not others & kept
        else:
            assert others & kept
