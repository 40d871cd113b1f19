"""One version of the catalogue as the database hands it over: columns for the engine, listings when asked for.

Of a quarter of a million programs a process shows a few hundred. The others are ranked by their columns, and never
become objects.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import itemgetter
from typing import Any, overload

from webapp.domain.listing import Listing
from webapp.matching.columns import READ_IN_BULK, Facts

KEPT = 4096
"""How many listings stay made: more than the pages and mails of a busy minute show."""
_NAMES = tuple(each.name for each in fields(Listing))
_LISTS = frozenset({"modality", "pace", "states_authorized", "start_terms", "accepted_fields", "bridge_for", "topics"})


class Edition(Sequence[Listing]):
    """Listings by program id. `records` hold the attributes of Listing in their order, as the database stores them;
    `make` makes a listing of one."""

    def __init__(self, records: Iterable[Sequence[Any]], make: Callable[[Sequence[Any]], Listing]) -> None:
        records = sorted(map(tuple, records), key=itemgetter(_NAMES.index("program_id")))
        self._records = records
        self._made = lru_cache(maxsize=KEPT)(lambda row: make(records[row]))

    def facts(self) -> Facts:
        """The columns that the engine reads of every row. Those with a short vocabulary hold its words."""
        columns = list(zip(*self._records, strict=True)) or [()] * len(_NAMES)
        chosen = {name: columns[_NAMES.index(name)] for name in READ_IN_BULK}
        return {name: _tuples(column) if name in _LISTS else column for name, column in chosen.items()}

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, row: int) -> Listing: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Listing]: ...
    def __getitem__(self, row: int | slice) -> Listing | Sequence[Listing]:
        if isinstance(row, slice):
            return [self._made(each) for each in range(*row.indices(len(self)))]
        return self._made(range(len(self))[row])


def _tuples(column: Sequence[Sequence[Any] | None]) -> list[tuple[Any, ...]]:
    return [tuple(values) if values else () for values in column]
