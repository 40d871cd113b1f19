"""How well an order agrees with the grades: NDCG, and the engine's own orders."""

from collections.abc import Callable, Sequence
from datetime import date

from tests.golden.demo_catalogue import demo_catalog
from webapp.domain.agreement import ndcg
from webapp.domain.persona import Persona
from webapp.matching import DEFAULT_WEIGHTS, Weights, rank

TODAY = date(2026, 11, 22)
"""The day of the question: the starts of the demo catalogue are judged from here."""
DEPTH = 10

Order = Callable[[Persona], Sequence[str]]
"""Program ids for a persona, best first; at least DEPTH of them where there are so many."""


def mean_ndcg(order: Order, chosen: Sequence[Persona], k: int) -> float:
    """The mean over personas, each counting once."""
    return sum(ndcg(order(persona), persona.worth, k) for persona in chosen) / len(chosen)


def engine_order(persona: Persona, weights: Weights = DEFAULT_WEIGHTS) -> list[str]:
    """What the engine shows the persona."""
    ranking = rank(persona.profile, demo_catalog(), weights, DEPTH, today=TODAY, counterfactuals=False)
    return [match.program_id for match in ranking.matches]
