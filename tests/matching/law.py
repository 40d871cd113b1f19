"""What the laws of the engine share: the cases they are tried on, and how often.

A case is a profile on a catalogue. Ten different profiles share a world, a small random catalogue that is built once,
so that five hundred cases of a law cost little; the ranking of each case as it is serves every law of a file. Worlds
are made of their number alone: a broken law names the world, and the same number makes it again.
"""

import dataclasses
import json
import math
import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.factories.engine_inputs import listing_of, profile_object_of
from webapp.domain.listing import Listing
from webapp.domain.profile import Criterion, Profile
from webapp.matching import DEFAULT_WEIGHTS, Catalog, Match, Ranking, Weights, rank
from webapp.matching.context import Context
from webapp.matching.limits import within_limits
from webapp.matching.ranking import best_of
from webapp.matching.rules import Verdict
from webapp.matching.student import Student

TODAY = date(2026, 11, 22)
EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "500"))
"""Cases of each law. LAW_EXAMPLES=20000 looks harder; LAW_SEED=2 looks at other worlds; LAW_SHRINK=no only says that a
law is broken, and sooner."""
SEED = os.environ.get("LAW_SEED", "1")
PHASES = [Phase.generate] if os.environ.get("LAW_SHRINK") == "no" else [Phase.generate, Phase.shrink]
PERSONAS = 10
SIZES = (9, 4, 12, 6, 16, 3, 10, 2)
"""How many programs the worlds have, in turn; before them come one that is empty and one of a single program."""


@dataclass(frozen=True, eq=False)
class World:
    """A small catalogue, and ten profiles to ask it."""

    number: int
    sizes: tuple[int, ...] = SIZES

    @cached_property
    def listings(self) -> list[Listing]:
        """Valid listings with any of their facts unknown, their ids p00, p01, ..."""
        chance = random.Random(f"{SEED} listings {self.number}")
        size = self.number if self.number < 2 else self.sizes[self.number % len(self.sizes)]
        return [listing_of(chance.getrandbits(40), f"p{index:02d}") for index in range(size)]

    @cached_property
    def catalog(self) -> Catalog:
        """The listings as they are."""
        return Catalog.from_listings(self.listings, "test")

    @cached_property
    def profiles(self) -> Sequence[dict[str, Any]]:
        """The profiles, as JSON objects."""
        return distinct_profiles(f"{SEED} profiles {self.number}", PERSONAS)

    @cached_property
    def read(self) -> Sequence[Profile]:
        """The profiles as the engine takes them."""
        return [Profile.from_json(obj) for obj in self.profiles]

    @cached_property
    def altered(self) -> dict[str, Catalog]:
        """The catalogues that laws made of the listings, by name."""
        return {}

    @cached_property
    def seen(self) -> dict[int, Ranking]:
        """The rankings of the profiles on the listings as they are."""
        return {}

    @cached_property
    def written(self) -> dict[int, str]:
        """Every byte of those rankings."""
        return {}


@lru_cache(maxsize=128)
def world(number: int, sizes: tuple[int, ...] = SIZES) -> World:
    """The world of a number; twice as many are kept as five hundred cases need."""
    return World(number, sizes)


def distinct_profiles(seed: str, count: int) -> list[dict[str, Any]]:
    """So many JSON objects of the profile interface, no two alike, from nothing said to everything said."""
    chance, found = random.Random(seed), dict[str, dict[str, Any]]()
    while len(found) < count:
        obj = profile_object_of(chance.getrandbits(40))
        found.setdefault(json.dumps(obj, sort_keys=True), obj)
    return list(found.values())


class Judged(NamedTuple):
    """A match without its reasons."""

    program_id: str
    rank: int
    score: float
    low: float
    high: float
    coverage: float
    verdict: str
    contributions: dict[Criterion, float]


def judged(obj: dict[str, Any], catalog: Catalog, k: int, salt: bytes = b"") -> list[Judged]:
    """The first k matches, best first. That they are those of `rank` is a law of its own."""
    context = Context(Student(Profile.from_json(obj), DEFAULT_WEIGHTS), catalog, TODAY)
    best = best_of(context, within_limits(context)[0], k, salt)
    rows = np.array([place.row for place in best.places], dtype=np.int64)
    scores, at = best.scores, np.searchsorted(best.rows, rows)
    parts = {c: (scores.shares[c] * item.point[at]).tolist() for c, item in scores.assessments.items()}
    columns = [each.tolist() for each in (scores.score[at], scores.low(at), scores.high(at), scores.coverage[at])]
    verdicts = [Verdict(number).label for number in best.verdicts[at].tolist()]
    contributions = [{c: column[index] for c, column in parts.items()} for index in range(len(rows))]
    ids = [catalog.listings[row].program_id for row in rows.tolist()]
    ranks = range(1, len(ids) + 1)
    return [Judged(*each) for each in zip(ids, ranks, *columns, verdicts, contributions, strict=True)]


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """One profile in a world. `chance` decides whatever else a law leaves open."""

    world: World
    index: int
    chance: random.Random

    def __repr__(self) -> str:
        """As a broken law names it."""
        return f"World {self.world.number}, profile {self.index}: {json.dumps(self.obj)}"

    @property
    def obj(self) -> dict[str, Any]:
        """The profile as a JSON object."""
        return self.world.profiles[self.index]

    @property
    def listings(self) -> list[Listing]:
        """The listings of the world."""
        return self.world.listings

    @property
    def ranking(self) -> Ranking:
        """The whole catalogue ranked, as it is, with what-ifs."""
        if self.index not in self.world.seen:
            self.world.seen[self.index] = self.asked(counterfactuals=True)
        return self.world.seen[self.index]

    @property
    def written(self) -> str:
        """Every byte of that ranking."""
        if self.index not in self.world.written:
            self.world.written[self.index] = dumped(self.ranking)
        return self.world.written[self.index]

    def asked(
        self,
        obj: dict[str, Any] | None = None,
        catalog: Catalog | None = None,
        k: int = 50,
        *,
        counterfactuals: bool = False,
        weights: Weights = DEFAULT_WEIGHTS,
    ) -> Ranking:
        """Ranked with another profile or catalogue; what-ifs cost most of the time, and few laws are on them."""
        catalog = self.world.catalog if catalog is None else catalog
        profile = self.world.read[self.index] if obj is None else Profile.from_json(obj)
        return rank(profile, catalog, weights, k, today=TODAY, counterfactuals=counterfactuals)

    def judged(self, obj: dict[str, Any] | None = None, catalog: Catalog | None = None, k: int = 50) -> list[Judged]:
        """What `asked` would find, without the reasons: half the time, for the laws that need no more."""
        return judged(self.obj if obj is None else obj, self.world.catalog if catalog is None else catalog, k)

    def changed(self, name: str, change: Callable[[list[Listing]], Sequence[Listing]]) -> Catalog:
        """The catalogue of the world's listings as a law changes them; of one name there is one in each world."""
        if name not in self.world.altered:
            self.world.altered[name] = Catalog.from_listings(change(self.listings), "test")
        return self.world.altered[name]


def law_from(least: int, sizes: tuple[int, ...] = SIZES) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """A law of one case, tried on EXAMPLES different ones and more, in worlds of at least so many programs: 0, 1, 2.

    `sizes` are those of the worlds, but for the two that have hardly any.
    """

    def decorated(body: Callable[[Case], None]) -> Callable[[], None]:
        tried = set[tuple[int, int]]()
        last = 1 + math.ceil(EXAMPLES / PERSONAS)  # worlds 0 and 1 are hardly any, and come on top

        @often(last + 1)
        @given(number=st.integers(least, last))
        def holds(number: int) -> None:
            for index in range(PERSONAS):
                case = Case(world(number, sizes), index, random.Random(f"{number} {index}"))
                note(case)
                body(case)
                tried.add((number, index))

        def run() -> None:
            holds()
            assert len(tried) >= EXAMPLES

        return _named(run, body)

    return decorated


law = law_from(0)


def law_of_chance(body: Callable[[random.Random], None]) -> Callable[[], None]:
    """A law that makes a case of its own of a chance, tried on EXAMPLES different ones.

    Hypothesis draws a number for each ten cases; to draw the parts of a case took it as long as a law takes.
    """
    tried = set[str]()
    batches = math.ceil(EXAMPLES / PERSONAS)

    @often(batches)
    @given(number=st.integers(0, batches - 1))
    def holds(number: int) -> None:
        for index in range(PERSONAS):
            seed = f"{SEED} {body.__name__} {number} {index}"
            note(f"The chance of {seed!r}")
            body(random.Random(seed))
            tried.add(seed)

    def run() -> None:
        holds()
        assert len(tried) >= EXAMPLES

    return _named(run, body)


def law_of_catalogues(body: Callable[[str, dict[str, Any]], None]) -> Callable[[str], None]:
    """A law of a profile on a catalogue by name, tried on EXAMPLES different cases, half of them on each of two."""
    each = math.ceil(EXAMPLES / 2)
    batches = math.ceil(each / PERSONAS)

    @pytest.mark.parametrize("name", ["demo", "real"])
    def run(name: str) -> None:
        tried = set[str]()

        @often(batches)
        @given(number=st.integers(0, batches - 1))
        def holds(number: int) -> None:
            for obj in everyone(each)[number * PERSONAS :][:PERSONAS]:
                note(f"{name}: {json.dumps(obj)}")
                body(name, obj)
                tried.add(json.dumps(obj))

        holds()
        assert len(tried) >= each

    return _named(run, body)


_F = TypeVar("_F", bound=Callable[..., None])


def _named(run: _F, body: Callable[..., None]) -> _F:
    """The test that pytest runs under the law's own name."""
    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        setattr(run, name, getattr(body, name))
    return run


@lru_cache(maxsize=1)
def everyone(count: int) -> list[dict[str, Any]]:
    """The profiles that catalogues are asked with."""
    return distinct_profiles(f"{SEED} everyone", count)


def often(examples: int = EXAMPLES) -> settings:
    """A law is tried so often, on the same cases in every run."""
    return settings(
        max_examples=examples,
        phases=PHASES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


_M = TypeVar("_M", Match, Judged)


def altered(listing: Listing, facts: Mapping[str, Any]) -> Listing:
    """The listing with other facts."""
    return dataclasses.replace(listing, **facts)


def by_id(matches: Iterable[_M]) -> dict[str, _M]:
    """The matches by the id of their program."""
    return {match.program_id: match for match in matches}


def dumped(result: Ranking) -> str:
    """Every byte of a ranking."""
    return json.dumps(result.to_json())
