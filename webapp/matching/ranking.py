"""`rank`: the engine's public face. Pure, deterministic, and ignorant of who pays whom.

The same profile, catalogue, weights, salt and day give the same bytes, whatever order the listings came in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from webapp.domain.profile import Criterion, Profile
from webapp.matching.arrays import Ints, Mask, Rows
from webapp.matching.bounds import Bounds
from webapp.matching.catalog import Catalog
from webapp.matching.caveats import caveats_of
from webapp.matching.context import Context
from webapp.matching.counterfactuals import Counterfactual, Seen, find_counterfactuals
from webapp.matching.gaps import Gap, gaps_of
from webapp.matching.limits import within_limits
from webapp.matching.low_cost import keys_of, with_low_cost
from webapp.matching.near_misses import NearMiss, near_misses
from webapp.matching.order import DECIMALS as DECIMALS_OF_TIES
from webapp.matching.order import Keys, Place, arrange, salted, spread
from webapp.matching.pathways import Way, find_pathways
from webapp.matching.reasons import price_facts, reasons_of
from webapp.matching.rules import Verdict
from webapp.matching.scoring import Scores, band_of
from webapp.matching.shortlist import foremost
from webapp.matching.statement import Case, Statement
from webapp.matching.student import Student
from webapp.matching.version import ENGINE_VERSION
from webapp.matching.weights import Weights

DECIMALS = 12
"""Numbers in JSON are rounded to this many decimals, so that contributions still add up to the score within 1e-9."""
FIRST_LOOK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The engine's judgement on one program. `contributions` add up to `score`."""

    program_id: str
    rank: int
    score: float
    low: float
    high: float
    coverage: float
    band: str
    verdict: str
    contributions: Mapping[Criterion, float]
    reasons: tuple[Statement, ...]
    caveats: tuple[Statement, ...]
    gaps: tuple[Gap, ...]
    counterfactuals: tuple[Counterfactual, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The match as it stands in the ranking."""
        return {
            "program_id": self.program_id,
            "rank": self.rank,
            "score": _rounded(self.score),
            "interval": [_rounded(self.low), _rounded(self.high)],
            "coverage": _rounded(self.coverage),
            "band": self.band,
            "verdict": self.verdict,
            "contributions": {criterion.value: _rounded(points) for criterion, points in self.contributions.items()},
            "reasons": [{"kind": reason.kind, **reason.to_json()} for reason in self.reasons],
            "caveats": [caveat.to_json() for caveat in self.caveats],
            "gaps": [gap.to_json() for gap in self.gaps],
            "counterfactuals": [item.to_json() for item in self.counterfactuals],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The answer: `considered` programs, of which `excluded` broke a hard limit (each counted once, under the first
    it breaks), and the best of the rest."""

    engine: str
    weights: str
    catalog: str
    considered: int
    excluded: Mapping[str, int]
    matches: tuple[Match, ...]
    pathways: tuple[Way, ...]
    near_misses: tuple[NearMiss, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The ranking as a JSON object, in a fixed order of keys."""
        return {
            "engine": self.engine,
            "weights": self.weights,
            "catalog": self.catalog,
            "considered": self.considered,
            "excluded": dict(self.excluded),
            "matches": [match.to_json() for match in self.matches],
            "pathways": [pathway.to_json() for pathway in self.pathways],
            "near_misses": [miss.to_json() for miss in self.near_misses],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best rows in order, and the rows, ascending, with verdicts and scores, that they were chosen from."""

    places: list[Place]
    rows: Ints
    verdicts: Ints
    scores: Scores


def rank(
    profile: Profile,
    catalog: Catalog,
    weights: Weights,
    k: int = 10,
    *,
    salt: bytes = b"",
    today: date | None = None,
    counterfactuals: bool = True,
    without: frozenset[str] = frozenset(),
) -> Ranking:
    """Rank the catalogue for a profile and explain the best k.

    `salt` decides ties, differently for each student who has one. `today` (the day of the question; by default the
    newest date in the catalogue, so that a replay gives the same answer) decides start dates and the age of facts.
    Programs `without` were put aside by the student: they are never shown, nor are ways through them.
    """
    context = Context(Student(profile, weights, without), catalog, catalog.as_of if today is None else today)
    rows, excluded = within_limits(context)
    best = best_of(context, rows, max(0, k), salt)
    shown, matches = best.places, explained(context, best)
    if counterfactuals:
        matches = _with_counterfactuals(matches, context, shown, salt)
    return Ranking(
        engine=ENGINE_VERSION,
        weights=weights.version,
        catalog=catalog.version,
        considered=len(catalog),
        excluded=excluded,
        matches=tuple(matches),
        pathways=find_pathways(context, [place.row for place in shown]),
        near_misses=near_misses(context) if excluded else (),
    )


def best_of(context: Context, rows: Rows, k: int, salt: bytes) -> Best:
    """The best k of some rows, ascending."""
    bounds, count = Bounds.over(context, rows), max(FIRST_LOOK, 4 * k)
    while True:
        chosen = bounds.contenders(count)
        scores = Scores(context, chosen)
        verdicts = context.eligibility.verdicts_of(chosen)
        keys = _keys(scores, chosen, verdicts == Verdict.NOT_YET, count, salt)
        complete = len(keys.row) == bounds.count
        places = spread(arrange(keys, salt), context.catalog.institution, k, complete=complete)
        if places is not None:
            break
        count *= 4
    places = with_low_cost(bounds, places, salt)
    missing = {place.row for place in places}.difference(chosen.tolist())
    if missing:
        chosen = np.array(sorted(missing.union(chosen.tolist())), dtype=np.int64)
        scores, verdicts = Scores(context, chosen), context.eligibility.verdicts_of(chosen)
    return Best(places, chosen, verdicts, scores)


def _keys(scores: Scores, rows: Ints, later: Mask, count: int, salt: bytes) -> Keys:
    """What decides the order of the foremost `count` of the rows scored."""
    keys = keys_of(scores, rows, later)
    if count >= len(rows):
        return keys
    tied = np.round(keys.score, DECIMALS_OF_TIES)
    order = (later, -tied, -keys.coverage, -keys.verified, salted(keys.id_hash, salt))
    first = foremost(order, count)
    return Keys(*(getattr(keys, name)[first] for name in Keys.__slots__))


def explained(context: Context, best: Best) -> list[Match]:
    """What the engine says of each of the places, ranked as they stand."""
    shown = [place.row for place in best.places]
    scores, at = best.scores, np.searchsorted(best.rows, shown)
    verdicts = best.verdicts[at].tolist()
    context.eligibility.look_at(shown)
    low, high, coverage = scores.low(at).tolist(), scores.high(at).tolist(), scores.coverage[at].tolist()
    columns = {criterion: item.point[at].tolist() for criterion, item in scores.assessments.items()}
    matches = []
    for index, place in enumerate(best.places):
        verdict = Verdict(verdicts[index])
        points = {criterion: column[index] for criterion, column in columns.items()}
        contributions = {criterion: scores.shares[criterion] * point for criterion, point in points.items()}
        score = sum(contributions.values())
        case = Case(context, place.row, context.catalog.listings[place.row])
        caveats = caveats_of(case, points, verdict) + _variety(case, place, index)
        matches.append(
            Match(
                program_id=case.listing.program_id,
                rank=index + 1,
                score=score,
                low=low[index],
                high=high[index],
                coverage=coverage[index],
                band=band_of(score, coverage[index], verdict is not Verdict.NOT_YET),
                verdict=verdict.label,
                contributions=contributions,
                reasons=tuple(reasons_of(case, contributions)),
                caveats=tuple(caveats),
                gaps=tuple(gaps_of(case)),
            )
        )
    return matches


def _variety(case: Case, place: Place, index: int) -> list[Statement]:
    """What the rules on variety did to the place, each for itself."""
    found = []
    if place.raw > place.spread:
        found.append(case.say("variety_up", None, None, None, places=place.raw - place.spread))
    if place.raw < place.spread:
        found.append(case.say("variety_down", None, None, "institution", places=place.spread - place.raw))
    if place.spread > index:
        facts = {"places": place.spread - index, **price_facts(case)}
        found.append(case.say("low_cost_up", None, None, "tuition_total_usd", **facts))
    if place.spread < index:
        found.append(case.say("low_cost_down", None, None, None, places=index - place.spread))
    return found


def _with_counterfactuals(matches: list[Match], context: Context, places: list[Place], salt: bytes) -> list[Match]:
    def run(changed: Context) -> list[int]:
        again = best_of(changed, within_limits(changed)[0], len(places), salt)
        return [place.row for place in again.places]

    seen = [
        Seen(
            row=place.row,
            rank=match.rank,
            verdict=Verdict[match.verdict.upper()],
            score=match.score,
            contributions=match.contributions,
            gaps=match.gaps,
        )
        for place, match in zip(places, matches, strict=True)
    ]
    found = find_counterfactuals(context, seen, run)
    return [replace(m, counterfactuals=found.get(place.row, ())) for m, place in zip(matches, places, strict=True)]


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0
