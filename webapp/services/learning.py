"""Learning weights from what students did with their lists: which programs they asked to be introduced to.

What stands higher is looked at more, so a choice at a low place says more than one at the top. How fast looks fall is
estimated from programs that the engine thought alike, and every choice counts by the inverse of its chance of having
been looked at (inverse propensity weighting: Joachims, Swaminathan and Schnabel 2017). The fit is a logistic regression
on pairs of one list. Its weights are pulled towards the live ones, and go a quarter up or down at most. Gains are
measured on lists that the fit has not seen, with a bootstrap over lists.

Numbers only: nothing here can tell a partner, a price per lead or a cap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from webapp.domain.profile import Criterion

Floats: TypeAlias = NDArray[np.float64]
CRITERIA: Final = tuple(Criterion)

LEAST_LISTS: Final = 300
"""Lists with a choice to learn from. Fewer say nothing that a bootstrap could tell from chance."""
BOUND: Final = 0.25
"""The most that one proposal may move the weight of a criterion, as a share of it, either way."""
LEAST_GAIN: Final = 0.002
STEP: Final = 0.05
"""Programs of one list with the same verdict and scores in the same twentieth are taken as alike."""
LEAST_ALIKE: Final = 200
USUAL_POWER: Final = 1.0
MOST_POWER: Final = 2.0
CLIP: Final = 10.0
"""No choice counts more than so many at the first place: a few deep ones must not decide all."""
ASIDE_COUNTS: Final = 2.0
"""A program put aside was looked at, which one merely not chosen may not have been."""
FOLDS: Final = 5
DRAWS: Final = 2000
_ABOUT_LIVE, _ABOUT_CHANGE = 30.0, 3.0
"""Scales of the two parts of the fit. The score as it is is nearly free, changes of single criteria are pulled to 0."""
_LEAST_SLOPE = 0.5
_SEED = 20261128


@dataclass(frozen=True, slots=True)
class Shown:
    """One list. Rows are its programs as they stood: their place from 1, the points each criterion gave, the verdict as
    a number, and what became of each.

    `chosen` is 0 where it was not chosen, else what the choice counts. `rival` says that it could have been chosen and
    was not. `aside` were put aside. `key` decides the fold.
    """

    key: int
    place: NDArray[np.int64]
    points: Floats
    verdict: NDArray[np.int64]
    chosen: Floats
    rival: NDArray[np.bool_]
    aside: NDArray[np.bool_]

    @property
    def tells(self) -> bool:
        """Whether it holds a choice and something that was passed over for it."""
        return bool((self.chosen > 0).any() and (self.rival | self.aside).any())


@dataclass(frozen=True, slots=True)
class Gain:
    """How much higher, by the discount of DCG, held-out choices would stand; an interval that holds with 99 %."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Propensity:
    """The chance of a look at place n is 1 / n ** power. `groups` of alike programs told it; 0 where it is assumed."""

    power: float
    groups: int

    def weight(self, place: NDArray[np.int64]) -> Floats:
        """What a choice at a place counts: the inverse of the chance of a look, clipped."""
        return np.minimum(CLIP, place.astype(np.float64) ** self.power)


@dataclass(frozen=True, slots=True)
class Learned:
    """What came out. `factors` are those of the criteria, within the bound; `free` what they would be without it.

    `refusal` says why nothing is proposed; "" where something is.
    """

    lists: int
    choices: int
    put_aside: int
    propensity: Propensity
    factors: dict[Criterion, float]
    free: dict[Criterion, float]
    gain: Gain | None
    refusal: str = ""

    def to_json(self) -> dict[str, Any]:
        """The evidence as a version keeps it."""
        basis = f"told by {self.propensity.groups:,} groups of alike programs" if self.propensity.groups else "assumed"
        return {
            "lists": self.lists,
            "choices": self.choices,
            "put_aside": self.put_aside,
            "propensity": {"power": round(self.propensity.power, 3), "basis": basis},
            "factors": {each.value: round(value, 4) for each, value in self.factors.items()},
            "without_bound": {each.value: round(value, 4) for each, value in self.free.items()},
            "gain": None
            if self.gain is None
            else {"mean": round(self.gain.mean, 5), "low": round(self.gain.low, 5), "high": round(self.gain.high, 5)},
        }


def learn(lists: Sequence[Shown], *, least_lists: int = LEAST_LISTS, draws: int = DRAWS) -> Learned:
    """What the lists say of the weights of the criteria. The same lists give the same answer.

    Refuses, with the reason in words, where there are too few, or where the gain on lists not seen cannot be told from
    chance.
    """
    telling = [each for each in lists if each.tells]
    propensity = _propensity(telling)
    choices = sum(int((each.chosen > 0).sum()) for each in telling)
    put_aside = sum(int(each.aside.sum()) for each in telling)
    if len(telling) < least_lists:
        why = f"Only {len(telling):,} lists hold a choice to learn from; at least {least_lists:,} are needed."
        return Learned(len(telling), choices, put_aside, propensity, {}, {}, None, why)
    pairs = _pairs(telling, propensity)
    free = _factors(pairs, np.ones(len(telling), dtype=np.bool_))
    if free is None:
        why = "What students choose does not follow the score, so nothing can be said of its parts."
        return Learned(len(telling), choices, put_aside, propensity, {}, {}, None, why)
    gain = _held_out(telling, pairs, propensity, draws)
    why = ""
    if gain.low <= 0 or gain.mean < LEAST_GAIN:
        why = "On lists that were held out, the gain cannot be told from chance."
    return Learned(len(telling), choices, put_aside, propensity, _named(_bounded(free)), _named(free), gain, why)


def _named(factors: Floats) -> dict[Criterion, float]:
    return {each: float(value) for each, value in zip(CRITERIA, factors, strict=True)}


def _bounded(factors: Floats) -> Floats:
    return np.clip(factors, 1 - BOUND, 1 + BOUND)


def _propensity(lists: Sequence[Shown]) -> Propensity:
    """How fast looks fall with the place, from pairs of alike programs of one list.

    Each choice is held against each alike program, chosen or not: so the odds are those of the two chances themselves.
    The difference in score that is left among the alike is told apart by a term of its own.
    """
    pairs = [pair for each in lists for pair in _alike(each)]
    if len(pairs) < LEAST_ALIKE:
        return Propensity(USUAL_POWER, 0)
    differences = np.array(pairs)
    slopes = _fitted(differences, np.ones(len(differences)), strength=1e6)
    return Propensity(float(np.clip(slopes[0], 0.0, MOST_POWER)), len(pairs))


def _alike(each: Shown) -> Iterator[tuple[float, float]]:
    score = each.points.sum(axis=1)
    group = each.verdict * 1000 + (score / STEP + 1e-9).astype(np.int64)
    log_place = np.log(each.place)
    could = each.rival | (each.chosen > 0)
    for one in np.flatnonzero(each.chosen > 0):
        for other in np.flatnonzero(could & (group == group[one])):
            if other != one:
                yield float(log_place[other] - log_place[one]), float(score[one] - score[other])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Points of what was chosen less those of what was not, what each pair counts, and the list it is of."""

    differences: Floats
    weights: Floats
    of: NDArray[np.int64]
    choices: NDArray[np.int64]
    mean_points: Floats


def _pairs(lists: Sequence[Shown], propensity: Propensity) -> _Pairs:
    differences, weights, of = [], [], []
    for number, each in enumerate(lists):
        counts = each.chosen * propensity.weight(each.place)
        others = np.flatnonzero(each.rival | each.aside)
        against = np.where(each.aside[others], ASIDE_COUNTS, 1.0)
        for one in np.flatnonzero(each.chosen > 0):
            differences.append(each.points[one] - each.points[others])
            weights.append(counts[one] * against / against.sum())
            of.append(np.full(len(others), number))
    return _Pairs(
        np.concatenate(differences),
        np.concatenate(weights),
        np.concatenate(of),
        np.array([int((each.chosen > 0).sum()) for each in lists]),
        np.concatenate([each.points for each in lists]).mean(axis=0),
    )


def _factors(pairs: _Pairs, among: NDArray[np.bool_]) -> Floats | None:
    """The factor of each criterion by some of the lists, 1 on average as their points go.

    None where choices do not follow the score. Pairs of one choice are no independent witnesses: all of them together
    count as many as there are choices.
    """
    held = among[pairs.of]
    differences, weights = pairs.differences[held], pairs.weights[held]
    votes = pairs.choices[among].sum() / weights.sum()
    scaled = np.column_stack([differences.sum(axis=1) * _ABOUT_LIVE, differences * _ABOUT_CHANGE])
    slopes = _fitted(scaled, weights * votes, strength=1.0)
    whole = slopes[0] * _ABOUT_LIVE + slopes[1:] * _ABOUT_CHANGE
    told = differences.any(axis=0)
    points = np.where(told, pairs.mean_points, 0.0)
    mean = float((whole * points).sum() / points.sum()) if points.any() else 0.0
    return np.where(told, whole / mean, 1.0) if mean >= _LEAST_SLOPE else None


def _fitted(differences: Floats, weights: Floats, *, strength: float) -> Floats:
    """A logistic regression through the origin. Every other pair is turned round, so that there are two classes."""
    side = np.where(np.arange(len(differences)) % 2 == 0, 1, -1)
    model = LogisticRegression(C=strength, fit_intercept=False, solver="newton-cholesky", max_iter=100)
    model.fit(differences * side[:, None], side, sample_weight=weights)
    found: Floats = model.coef_[0]
    return found


def _held_out(lists: Sequence[Shown], pairs: _Pairs, propensity: Propensity, draws: int) -> Gain:
    """The gain over lists that took no part in the fit whose weights order them, and its bootstrap interval."""
    fold = np.array([each.key % FOLDS for each in lists])
    gained, counted = np.zeros(len(lists)), np.zeros(len(lists))
    for number in np.unique(fold):
        learned = _factors(pairs, fold != number)
        factors = np.ones(len(CRITERIA)) if learned is None else _bounded(learned)
        for index in np.flatnonzero(fold == number).tolist():
            gained[index], counted[index] = _gained(lists[index], factors, propensity)
    chance = np.random.default_rng(_SEED)
    means = np.empty(draws)
    for draw in range(draws):
        drawn = chance.integers(0, len(lists), len(lists))
        means[draw] = gained[drawn].sum() / counted[drawn].sum()
    low, high = np.percentile(means, (0.5, 99.5))
    return Gain(float(gained.sum() / counted.sum()), float(low), float(high))


def _gained(each: Shown, factors: Floats, propensity: Propensity) -> tuple[float, float]:
    """What the choices of one list gain in discount by the new order, and what they count."""
    counts = each.chosen * propensity.weight(each.place)
    now, then = (_discounts(each, each.points @ by) for by in (np.ones(len(CRITERIA)), factors))
    return float((counts * (then - now)).sum()), float(counts.sum())


def _discounts(each: Shown, score: Floats) -> Floats:
    order = np.lexsort((each.place, -np.round(score, 9)))
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    discounts: Floats = 1 / np.log2(1 + rank)
    return discounts
