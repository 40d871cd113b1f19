"""The exposure audit: at equal relevance, are partners' programs shown as high as others?

Places are weighed as readers look at them, by 1 / log2(1 + rank), the discount of the DCG measure (Järvelin and
Kekäläinen 2002). Programs are alike where they stand in one list with the same verdict, the same band and scores in the
same step. If payment moves nothing, which of several alike programs are partners' is as good as drawn by lot; the test
draws those lots (a permutation test within groups) and counts how often chance alone differs as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.models import ExposureAudit
from webapp.observability.metrics import EXPOSURE_DIFFERENCE, EXPOSURE_P_VALUE
from webapp.queries.exposure import Shown, partner_share, shown_matches

STEP = 0.05
"""Scores in the same twentieth count as equal."""
DRAWS = 1999
MOST_SUBMISSIONS = 10_000
SUSPICIOUS = 0.01
"""The chance below which a difference asks for a look."""
_SEED = 20261122


@dataclass(frozen=True, slots=True)
class Side:
    """The programs of one side: how many places, their mean rank (None without any) and share of all exposure."""

    shown: int
    mean_rank: float | None
    exposure_share: float


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit's figures. `groups` hold alike programs of both sides; the last three are None where there are none.

    `observed` and `expected` are the partners' share of the exposure in those groups, as it was and as lots would have
    it; `p_value` is the chance that lots differ from `expected` by as much, either way.
    """

    submissions: int
    published_share: float | None
    partners: Side
    others: Side
    groups: int
    compared: int
    observed: float | None
    expected: float | None
    p_value: float | None

    @property
    def difference(self) -> float | None:
        """Observed less expected; above 0 where partners stand higher than lots would have it."""
        return None if self.observed is None or self.expected is None else self.observed - self.expected


def measure(session: Session, *, since: datetime | None = None, most: int = MOST_SUBMISSIONS) -> Audit:
    """Audit the newest `most` stored submissions since then, and set the metrics."""
    found = audit(shown_matches(session, since=since, most=most), published_share=partner_share(session))
    EXPOSURE_DIFFERENCE.set(float("nan") if found.difference is None else found.difference)
    EXPOSURE_P_VALUE.set(float("nan") if found.p_value is None else found.p_value)
    return found


def keep(session: Session, clock: Clock, found: Audit) -> None:
    """Write down what an audit found, for the days to come; one without lists is not worth a row."""
    if not found.submissions:
        return
    session.add(
        ExposureAudit(
            id=new_id(),
            at=clock.now(),
            submissions=found.submissions,
            partner_places=found.partners.shown,
            other_places=found.others.shown,
            partner_rank=found.partners.mean_rank,
            other_rank=found.others.mean_rank,
            partner_share=found.partners.exposure_share,
            other_share=found.others.exposure_share,
            published_share=found.published_share,
            compared=found.compared,
            observed=found.observed,
            expected=found.expected,
            p_value=found.p_value,
        )
    )
    session.flush()


def audit(shown: Sequence[Shown], *, published_share: float | None = None, draws: int = DRAWS) -> Audit:
    """Audit these places. The lots are the same for the same places, so the answer is too."""
    rank = np.array([each.rank for each in shown], dtype=np.float64)
    partner = np.array([each.partner for each in shown], dtype=np.bool_)
    weight = 1 / np.log2(1 + rank)
    group = _groups(shown)
    mixed = _is_mixed(group, partner)
    observed, expected, p_value = _lots(group[mixed], weight[mixed], partner[mixed], draws)
    return Audit(
        submissions=len({each.submission for each in shown}),
        published_share=published_share,
        partners=_side(rank, weight, partner),
        others=_side(rank, weight, ~partner),
        groups=len(np.unique(group[mixed])),
        compared=int(np.count_nonzero(mixed)),
        observed=observed,
        expected=expected,
        p_value=p_value,
    )


def _groups(shown: Sequence[Shown]) -> NDArray[np.int64]:
    numbers: dict[tuple[Any, ...], int] = {}
    keys = ((each.submission, each.verdict, each.band, int(each.score / STEP + 1e-9)) for each in shown)
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _is_mixed(group: NDArray[np.int64], partner: NDArray[np.bool_]) -> NDArray[np.bool_]:
    size, paying = np.bincount(group), np.bincount(group, weights=partner)
    mixed: NDArray[np.bool_] = ((paying > 0) & (paying < size))[group]
    return mixed


def _side(rank: NDArray[np.float64], weight: NDArray[np.float64], of: NDArray[np.bool_]) -> Side:
    count = int(np.count_nonzero(of))
    return Side(
        shown=count,
        mean_rank=float(rank[of].mean()) if count else None,
        exposure_share=float(weight[of].sum() / weight.sum()) if len(weight) else 0.0,
    )


def _lots(
    group: NDArray[np.int64], weight: NDArray[np.float64], partner: NDArray[np.bool_], draws: int
) -> tuple[float | None, float | None, float | None]:
    """The partners' share of the exposure, what lots within groups come to on average, and the chance of as much."""
    if not len(group):
        return None, None, None
    total = weight.sum()
    order = np.argsort(group, kind="stable")
    group, weight, partner = group[order], weight[order], partner[order]
    share = (np.bincount(group, weights=partner) / np.maximum(1, np.bincount(group)))[group]
    observed, expected = weight[partner].sum() / total, (weight * share).sum() / total
    chance = np.random.default_rng(_SEED)
    extreme = 0
    for _ in range(draws):
        drawn = weight[np.argsort(group + chance.random(len(group)))]
        extreme += abs(drawn[partner].sum() / total - expected) >= abs(observed - expected) - 1e-12
    return float(observed), float(expected), (1 + int(extreme)) / (1 + draws)
