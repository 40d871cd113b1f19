"""One version of the catalogue as the database hands it over: columns for the engine, listings when asked for.

Of a quarter of a million programs a process shows a few hundred. The others are ranked by their columns, and never
become objects.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import islice
from typing import Any, overload

from webapp.domain.listing import Listing
from webapp.matching.columns import READ_IN_BULK, Facts

KEPT = 4096
"""How many listings stay made: more than the pages and mails of a busy minute show."""
BATCH = 5000
_NAMES = tuple(each.name for each in fields(Listing))
_LISTS = frozenset({"modality", "pace", "states_authorized", "start_terms", "accepted_fields", "bridge_for", "topics"})
_ALONE = frozenset({"program_id", "summary", "fact_sources"})
"""Attributes whose values differ from row to row, or cannot be looked up."""


class Edition(Sequence[Listing]):
    """Listings by program id. `records` hold the attributes of Listing in their order, as the database stores them;
    `make` makes a listing of one. Values that recur are kept once: schools, cities, addresses, terms."""

    def __init__(self, records: Iterable[Sequence[Any]], make: Callable[[Sequence[Any]], Listing]) -> None:
        columns: dict[str, list[Any]] = {name: [] for name in _NAMES}
        pools: dict[str, dict[Any, Any]] = {name: {} for name in _NAMES if name not in _ALONE}
        records = iter(records)
        while batch := list(islice(records, BATCH)):
            for name, values in zip(_NAMES, zip(*batch, strict=True), strict=True):
                columns[name] += _shared(values, pools[name], name in _LISTS) if name in pools else values
        ids = columns["program_id"]
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self._columns = {name: [column[row] for row in order] for name, column in columns.items()}
        self._size = len(ids)
        self._made = lru_cache(maxsize=KEPT)(lambda row: make([column[row] for column in self._columns.values()]))

    def facts(self) -> Facts:
        """The columns that the engine reads of every row. Those with a short vocabulary hold its words."""
        return {name: self._columns[name] for name in READ_IN_BULK}

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> Listing: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Listing]: ...
    def __getitem__(self, row: int | slice) -> Listing | Sequence[Listing]:
        if isinstance(row, slice):
            return [self._made(each) for each in range(*row.indices(len(self)))]
        return self._made(range(len(self))[row])


def _shared(values: Iterable[Any], pool: dict[Any, Any], lists: bool) -> Iterable[Any]:
    """The values, equal ones as one object, and lists as tuples."""
    if lists:
        values = (tuple(value) if value else () for value in values)
    return (pool.setdefault(value, value) for value in values)
