"""Catalogues of any size: the real programs over and over, at other schools, with other prices and terms."""

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import overload

from tests.factories.real_catalogue import real_listings
from webapp.domain.listing import ALL_STATES, Listing
from webapp.domain.profile import Modality, Pace
from webapp.matching import Catalog
from webapp.matching.columns import Facts, facts_of

MODALITIES = ((), (Modality.ONLINE,), (Modality.ON_CAMPUS,), (Modality.HYBRID,), tuple(Modality))
PACES = ((), (Pace.FULL_TIME,), (Pace.PART_TIME,), tuple(Pace))
AUTHORIZED = ((), (ALL_STATES,), ("CA", "NY", "TX"), ("IL", "OH"))
MONTHS = (None, 4.0, 9.0, 12.0, 18.0, 24.0, 36.0, 48.0)
PRICES = ("tuition_total_cents", "tuition_out_of_state_cents")
SPARE_FACTS = ("modality", "pace", "states_authorized", "months")


@dataclass(frozen=True)
class Tiled(Sequence[Listing]):
    """That many listings in the order of their ids. A listing is made when it is asked for."""

    size: int

    @cached_property
    def real(self) -> Sequence[Listing]:
        """The real programs, by id."""
        return sorted(real_listings(), key=lambda listing: listing.program_id)

    @cached_property
    def facts(self) -> Facts:
        """The columns of all rows, as a database would hand them over."""
        base, turns = facts_of(self.real), range(-(-self.size // len(self.real)))
        facts = {name: (list(column) * len(turns))[: self.size] for name, column in base.items()}
        chance = random.Random(1)
        drawn = {"modality": MODALITIES, "pace": PACES, "states_authorized": AUTHORIZED, "months": MONTHS}
        if len(turns) > 1:
            facts |= {name: chance.choices(values, k=self.size) for name, values in drawn.items()}
        factors = [[chance.uniform(0.6, 1.4) for _ in range(997)] for _ in turns]
        for row in range(len(self.real), self.size):
            turn, at = divmod(row, len(self.real))
            school = base["institution"][at]
            facts["program_id"][row] = f"z{turn:03d}:{base['program_id'][at]}"
            facts["institution"][row] = f"{school}, campus {turn}"
            for name in PRICES:
                if (cents := base[name][at]) is not None:
                    facts[name][row] = round(cents * factors[turn][len(school) * at % 997] / 100_000) * 100_000
        return facts

    def catalog(self) -> Catalog:
        """The snapshot of all rows."""
        return Catalog.from_facts(self.facts, self, f"{self.size} programs")

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, row: int) -> Listing: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Listing]: ...
    def __getitem__(self, row: int | slice) -> Listing | Sequence[Listing]:
        if isinstance(row, slice):
            return [self._made(each) for each in range(*row.indices(self.size))]
        return self._made(row)

    @cached_property
    def _made(self) -> Callable[[int], Listing]:
        return lru_cache(maxsize=4096)(self._make)

    def _make(self, row: int) -> Listing:
        changed = ("program_id", "institution", *PRICES, *SPARE_FACTS)
        original = self.real[row % len(self.real)]
        return dataclasses.replace(original, **{name: self.facts[name][row] for name in changed})

    def __iter__(self) -> Iterator[Listing]:
        return (self[row] for row in range(self.size))
