"""The rows that can stand among the best, found without sorting, or exactly scoring, all the others."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.matching.arrays import Floats, Ints

SLACK = 2e-9
"""How far below the last of the best a row may lie and still tie with it: ties are told at nine decimals, and adding
the criteria up in another order moves a score by far less."""
SETS_FOR_EACH = 8


def contenders(key: Floats, count: int) -> Ints:
    """Indexes, ascending, of every row whose key is among the highest `count` or within SLACK of the last of them."""
    if count >= len(key):
        return np.arange(len(key))
    few = np.flatnonzero(key >= _floor(key, count) - SLACK)
    return few[key[few] >= _nth(key[few], count) - SLACK]


def _floor(key: Floats, count: int) -> float:
    """A bound that at least `count` keys reach: split into disjoint sets, the best of the sets are that many rows."""
    sets = count * SETS_FOR_EACH
    if len(key) < 2 * sets:
        return _nth(key, count)
    best = key[: len(key) // sets * sets].reshape(-1, sets).max(axis=0)
    return _nth(best, count)


def _nth(values: Floats, count: int) -> float:
    at = len(values) - count
    return float(np.partition(values, at)[at])


def foremost(columns: Sequence[NDArray[Any]], count: int) -> Ints:
    """Indexes of the first `count` rows in ascending order of the columns, the first column deciding first.

    In no order; where rows tie on every column with the last of them, all that tie are given.
    """
    undecided: Ints = np.arange(len(columns[0]))
    sure = []
    for column in columns:
        if count >= len(undecided):
            break
        values = column[undecided]
        last = np.partition(values, count - 1)[count - 1]
        sure.append(undecided[values < last])
        undecided = undecided[values == last]
        count -= len(sure[-1])
    return np.concatenate([*sure, undecided])
