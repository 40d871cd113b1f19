"""How well orders agree: with grades given by hand, and with each other."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import log2, sqrt


def ndcg(order: Sequence[str], worth: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first k, 0..1 (Järvelin and Kekäläinen 2002, gain 2^grade - 1)."""
    best = _discounted(sorted(worth.values(), reverse=True)[:k])
    return _discounted(worth.get(program, 0) for program in order[:k]) / best


def kendall_tau(one: Sequence[str], other: Sequence[str], k: int) -> float:
    """Kendall's tau-b of two orders over all that stand among the first k of either, -1..1; 1 where nothing moved.

    The orders may go on beyond k. What one of them does not hold stands below all it holds, tied with its like.
    """
    places = [{item: place for place, item in reversed(list(enumerate(order)))} for order in (one, other)]
    items = list(dict.fromkeys([*one[:k], *other[:k]]))
    first, second = ([known.get(item, len(known)) for item in items] for known in places)
    pairs = [(first[a] - first[b], second[a] - second[b]) for a, b in combinations(range(len(items)), 2)]
    agreeing = sum(_sign(a) * _sign(b) for a, b in pairs)
    untied = [sum(pair[side] != 0 for pair in pairs) for side in (0, 1)]
    return agreeing / sqrt(untied[0] * untied[1]) if all(untied) else 1.0


def _discounted(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
