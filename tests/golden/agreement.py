"""How well an order agrees with the grades: NDCG, and the engine's own orders."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from math import log2

from tests.golden.demo_catalogue import demo_catalog
from tests.golden.persona import Persona
from webapp.matching import DEFAULT_WEIGHTS, Weights, rank

TODAY = date(2026, 11, 22)
"""The day of the question: the starts of the demo catalogue are judged from here."""
DEPTH = 10

Order = Callable[[Persona], Sequence[str]]
"""Program ids for a persona, best first; at least DEPTH of them where there are so many."""


def ndcg(order: Sequence[str], worth: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first k, 0..1 (Järvelin and Kekäläinen 2002, gain 2^grade - 1)."""
    best = _discounted(sorted(worth.values(), reverse=True)[:k])
    return _discounted(worth.get(program, 0) for program in order[:k]) / best


def mean_ndcg(order: Order, chosen: Sequence[Persona], k: int) -> float:
    """The mean over personas, each counting once."""
    return sum(ndcg(order(persona), persona.worth, k) for persona in chosen) / len(chosen)


def engine_order(persona: Persona, weights: Weights = DEFAULT_WEIGHTS) -> list[str]:
    """What the engine shows the persona."""
    ranking = rank(persona.profile, demo_catalog(), weights, DEPTH, today=TODAY, counterfactuals=False)
    return [match.program_id for match in ranking.matches]


def _discounted(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))
