"""Other weights beside the live ones: what a list costs to compare, why-not to answer, and choices to learn from.

Run: python -m benchmarks.weights_trial
"""

import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.table import print_table
from tests.factories.real_catalogue import real_catalog
from tests.golden.demo_catalogue import demo_catalog
from tests.services.test_learning import students
from webapp.domain.persona import personas
from webapp.domain.profile import Criterion
from webapp.matching import DEFAULT_WEIGHTS, Catalog
from webapp.matching.comparison import compare
from webapp.matching.standings import Question
from webapp.matching.why_not import why_not
from webapp.services.learning import learn
from webapp.services.weights_trial import MOST_LISTS, WORK_SECONDS

OTHER = replace(DEFAULT_WEIGHTS, version="dearer", unstated={**DEFAULT_WEIGHTS.unstated, Criterion.COST: 6.0})
LISTS = 10_000


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    began = time.process_time()
    work()
    return time.process_time() - began


def row(name: str, catalog: Catalog) -> tuple[str, str, str, str]:
    """Milliseconds for one list, for one answer, and the lists that a worker's time is enough for."""
    questions = [(each.name, Question(each.profile, DEFAULT_WEIGHTS, b"", catalog.as_of)) for each in personas()]
    each_list = seconds(lambda: compare(questions, catalog, OTHER, is_over=lambda: False)) / len(questions)
    asked = [catalog.listings[len(catalog) * part // 5].program_id for part in range(5)]
    some = [question for _, question in questions[::8]]
    answers = seconds(lambda: [why_not(question, catalog, each) for question in some for each in asked])
    enough = min(MOST_LISTS, int(WORK_SECONDS / each_list))
    return name, f"{1000 * each_list:.1f}", f"{1000 * answers / len(some) / len(asked):.1f}", f"{enough:,}"


def main() -> None:
    rows = [row("demo", demo_catalog()), row("real", real_catalog())]
    print_table("On a catalogue", ["Catalogue", "ms a list", "ms a why-not", "Lists in a worker's time"], rows)
    lists = students(LISTS, 1, {Criterion.COST: 2.0})
    print_table("Learning", ["Lists", "Seconds"], [(f"{LISTS:,}", f"{seconds(lambda: learn(lists)):.1f}")])


if __name__ == "__main__":
    main()
