"""The golden report: how well the engine's order agrees with the graded personas, beside simpler orders.

Run: python -m benchmarks.golden [--detail tuning|untouched]
With --detail, also every persona of that half, worst first, and where the engine's order differs from the grades.
"""

import sys
from collections.abc import Sequence

from benchmarks.table import print_table
from tests.golden.agreement import engine_order, mean_ndcg
from tests.golden.baselines import bm25_eligible_order, bm25_order, cheapest_order, random_ndcg
from webapp.domain.agreement import ndcg
from webapp.domain.persona import Persona, personas

ORDERS = {
    "Engine": engine_order,
    "BM25 on words": bm25_order,
    "BM25 on words, after plain facts": bm25_eligible_order,
    "Cheapest, after plain facts": cheapest_order,
}
HALVES = {"tuning": False, "untouched": True}


def half(name: str) -> list[Persona]:
    """The personas of one half."""
    return [persona for persona in personas() if persona.untouched is HALVES[name]]


def figures(chosen: Sequence[Persona]) -> list[tuple[str, float, float]]:
    """(order, NDCG@5, NDCG@10) of the engine and of every simpler order."""
    rows = [(name, mean_ndcg(order, chosen, 5), mean_ndcg(order, chosen, 10)) for name, order in ORDERS.items()]
    chance = [sum(random_ndcg(persona, k) for persona in chosen) / len(chosen) for k in (5, 10)]
    return [*rows, ("Random, after plain facts", chance[0], chance[1])]


def print_detail(chosen: Sequence[Persona]) -> None:
    """Every persona, worst first, with the engine's ten and their grades, and what was graded 2 or 3 and is missing."""
    scored = sorted(chosen, key=lambda persona: ndcg(engine_order(persona), persona.worth, 5))
    for persona in scored:
        order, worth = engine_order(persona), persona.worth
        print(f"\n{persona.name}: @5 {ndcg(order, worth, 5):.3f}  @10 {ndcg(order, worth, 10):.3f}")
        print("  shown:  ", "  ".join(f"{program.removeprefix('demo-')}={worth.get(program, 0)}" for program in order))
        missing = [program for program, grade in worth.items() if grade >= 2 and program not in order]
        print("  missing:", "  ".join(f"{program.removeprefix('demo-')}={worth[program]}" for program in missing))


def main(arguments: Sequence[str]) -> None:
    for name in HALVES:
        chosen = half(name)
        rows = [(order, f"{five:.3f}", f"{ten:.3f}") for order, five, ten in figures(chosen)]
        print_table(f"{name.capitalize()} half, {len(chosen)} personas", ["Order", "NDCG@5", "NDCG@10"], rows)
    if len(arguments) == 2 and arguments[0] == "--detail" and arguments[1] in HALVES:
        print_detail(half(arguments[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
