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
from webapp.matching.arrays import Ints, Mask, Rows
from webapp.matching.assessment import THRESHOLD
from webapp.matching.bounds import Bounds
from webapp.matching.context import Context
from webapp.matching.order import DECIMALS, PER_INSTITUTION, TOP, Keys, Place, arrange
from webapp.matching.rules import Verdict
from webapp.matching.scoring import GOOD_SCORE, Scores
from webapp.matching.shortlist import SLACK
from webapp.matching.worth import FIRST_TIER

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


def with_low_cost(bounds: Bounds, places: Sequence[Place], salt: bytes) -> list[Place]:
    """The places with a low-cost option in the tenth, where the ten hold none and one may stand there."""
    context = bounds.context
    first = np.array([place.row for place in places[:TOP]], dtype=np.int64)
    cares = Criterion.COST in context.student.shares and not context.student.mute
    if len(first) < TOP or not cares or is_low_cost(context, first).any():
        return list(places)
    option = _option(bounds, first[:-1], salt)
    if option is None:
        return list(places)
    ahead = sum(place.raw > option.raw for place in places[:TOP])
    lifted = Place(option.row, option.raw, option.raw + ahead)
    rest = [place for place in places[TOP - 1 :] if place.row != option.row]
    return [*places[: TOP - 1], lifted, *rest][: len(places)]


def _option(bounds: Bounds, kept: Ints, salt: bytes) -> Place | None:
    """The best placed row that may be the option, with its place in the order of all."""
    rows = _allowed(bounds, kept)
    if not len(rows):
        return None
    best = bounds.within(rows).contenders(1)
    row, score = _arranged(bounds.context, best, salt)[0]
    if round(score, DECIMALS) < GOOD_SCORE:
        return None
    near, key = bounds.reaching(FIRST_TIER + score - SLACK)
    ahead = key > FIRST_TIER + score + SLACK
    tied = near[(key >= FIRST_TIER + score - SLACK) & ~ahead]
    place = [each for each, _ in _arranged(bounds.context, tied, salt)].index(row)
    return Place(row, int(np.count_nonzero(ahead)) + place, 0)


def _allowed(bounds: Bounds, kept: Ints) -> Ints:
    """The rows, ascending, that the rule allows beside those kept, however good a match they are."""
    context, catalog = bounds.context, bounds.context.catalog
    rows: Ints = np.flatnonzero(is_low_cost(context, bounds.rows))
    rows = rows if isinstance(bounds.rows, slice) else bounds.rows[rows]
    schools = Counter(catalog.institution[kept].tolist())
    full = [school for school, count in schools.items() if count >= PER_INSTITUTION]
    rows = rows[~np.isin(catalog.institution[rows], full)] if full else rows
    rows = rows[context.eligibility.verdicts_of(rows) != Verdict.NOT_YET]
    if Criterion.PLACE in context.student.shares:
        rows = rows[Scores(context, rows).assessed(Criterion.PLACE).point >= THRESHOLD]
    return rows


def _arranged(context: Context, rows: Ints, salt: bytes) -> list[tuple[int, float]]:
    """Some rows of the first tier from best to last, each with its score."""
    scores = Scores(context, rows)
    if len(rows) == 1:
        return [(int(rows[0]), float(scores.score[0]))]
    score = dict(zip(rows.tolist(), scores.score.tolist(), strict=True))
    return [(row, score[row]) for row, _ in arrange(keys_of(scores, rows, np.zeros(len(rows), dtype=np.bool_)), salt)]
