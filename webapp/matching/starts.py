"""When a program can next be started, in months from a given month."""

from collections.abc import Sequence

import numpy as np

from webapp.matching.arrays import Floats

TERM_MONTH = {"fall": 9, "winter": 1, "spring": 2, "summer": 6}
"""The month in which a term is taken to begin in the United States; listings that know better give `YYYY-MM`."""


def months_until(start_sets: Sequence[tuple[str, ...]], today: tuple[int, int]) -> Floats:
    """Months to the next start of each set of terms; NaN where none is published or all have passed.

    `today` is (year, month). A term of this month counts as gone: nobody is admitted within days.
    """
    return np.array([_next(terms, today) for terms in start_sets], dtype=np.float64)


def _next(terms: tuple[str, ...], today: tuple[int, int]) -> float:
    year, month = today
    waits = []
    for term in terms:
        if term in ("rolling", "monthly"):
            waits.append(1)
        elif term in TERM_MONTH:
            waits.append((TERM_MONTH[term] - month - 1) % 12 + 1)
        else:
            waits.append((int(term[:4]) - year) * 12 + int(term[5:]) - month)
    ahead = [wait for wait in waits if wait > 0]
    return float(min(ahead)) if ahead else float("nan")
