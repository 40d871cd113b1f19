"""One low-cost option among the first ten: a declared rule, beside that on institutions.

Where none of the ten has a published price of at most LOW_COST_CENTS, the best placed program that has one takes the
tenth place. It must be open to the student, break none of their limits, be a good match at least, lie where its place
does not speak against it, and stand for a school that has fewer than two places already. Whoever does not care for the
price is not shown one for its price.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from webapp.domain.profile import Criterion
from webapp.matching.arrays import Floats, Ints, Mask, Rows
from webapp.matching.context import Context
from webapp.matching.criteria import ASSESS
from webapp.matching.criteria.assessment import THRESHOLD
from webapp.matching.order import PER_INSTITUTION, TOP, Keys, Place, arrange
from webapp.matching.scoring import GOOD_SCORE, Scores
from webapp.matching.shortlist import SLACK, contenders

LOW_COST_CENTS = 10_000_00
"""The whole tuition up to which a program is a low-cost option."""


def keys_of(scores: Scores, rows: Ints, later: Mask) -> Keys:
    """What decides the order of rows that are scored."""
    catalog = scores.context.catalog
    return Keys(rows, later, scores.score, scores.coverage, catalog.verified[rows], catalog.id_hash[rows])


def is_low_cost(context: Context, rows: Rows) -> Mask:
    """Whether the price of each row is published and low."""
    price = context.prices.most[rows]
    low: Mask = (price >= 0) & (price <= LOW_COST_CENTS)
    return low


def with_low_cost(
    context: Context, rows: Rows, key: Floats, later: Mask, places: Sequence[Place], salt: bytes
) -> list[Place]:
    """The places with a low-cost option in the tenth, where the ten hold none and one may stand there.

    `key` orders all `rows` to within SLACK, as `best_of` has it; the rows of the later tier lie below all others.
    """
    first = np.array([place.row for place in places[:TOP]], dtype=np.int64)
    cares = Criterion.COST in context.student.shares and not context.student.mute
    if len(first) < TOP or not cares or is_low_cost(context, first).any():
        return list(places)
    option = _best(context, rows, key, later, first[:-1], salt)
    if option is None:
        return list(places)
    ahead = sum(place.raw > option.raw for place in places[:TOP])
    lifted = Place(option.row, option.raw, option.raw + ahead)
    rest = [place for place in places[TOP - 1 :] if place.row != option.row]
    return [*places[: TOP - 1], lifted, *rest][: len(places)]


def _best(context: Context, rows: Rows, key: Floats, later: Mask, kept: Ints, salt: bytes) -> Place | None:
    """The best placed row that may be the option, with its place in the order of all."""
    catalog = context.catalog
    schools = Counter(catalog.institution[kept].tolist())
    full = [school for school, count in schools.items() if count >= PER_INSTITUTION]
    open_to = is_low_cost(context, rows) & ~later & ~np.isin(catalog.institution[rows], full)
    at = np.flatnonzero(open_to)
    if Criterion.PLACE in context.student.shares:
        at = at[ASSESS[Criterion.PLACE](context, _rows(rows, at)).point >= THRESHOLD]
    if not len(at):
        return None
    near = at[contenders(key[at], 1)]
    row, score = _foremost(context, rows, near, later, salt)[0]
    if round(score, 9) < GOOD_SCORE:
        return None
    own = float(key[near[_rows(rows, near) == row]][0])
    tied = np.flatnonzero(np.abs(key - own) <= SLACK)
    place = [each for each, _ in _foremost(context, rows, tied, later, salt)].index(row)
    return Place(row, int(np.count_nonzero(key > own + SLACK)) + place, 0)


def _foremost(context: Context, rows: Rows, at: Ints, later: Mask, salt: bytes) -> list[tuple[int, float]]:
    """Some of the rows from best to last, each with its score."""
    some = _rows(rows, at)
    scores = Scores(context, some)
    score = dict(zip(some.tolist(), scores.score.tolist(), strict=True))
    return [(row, score[row]) for row, _ in arrange(keys_of(scores, some, later[at]), salt)]


def _rows(rows: Rows, at: Ints) -> Ints:
    chosen: Ints = at if isinstance(rows, slice) else rows[at]
    return chosen
