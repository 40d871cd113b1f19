"""Pages of long lists by keyset: as fast on the last page as on the first, and steady while rows are added."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound

Item = TypeVar("Item")

PAGE_SIZE = 50
_LONGEST_CURSOR = 400
_NAME_KEY = 60
"""So many letters of a name order a list: few enough for a cursor, and the id decides between longer ones."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page. `back` and `on` are opaque cursors to the pages before and after it; None where there is none."""

    items: tuple[Item, ...]
    back: str | None
    on: str | None


@dataclass(frozen=True, slots=True)
class Key:
    """A column that rows are ordered by, and how its value is read back from a cursor."""

    column: Any
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is ordered by. The keys together are unique, and an index holds them in this order."""

    keys: tuple[Key, ...]
    descending: bool = True


def newest_first(at: Any, row_id: Any) -> Order:
    """The order of most lists: by time, then by id."""
    return Order((Key(at, _moment), Key(row_id, UUID)))


def by_name(name: Any, row_id: Any) -> Order:
    """The order of lists of things with names: by the first letters of the name, however written, then by id."""
    return Order((Key(func.left(func.lower(name), _NAME_KEY), str), Key(row_id, UUID)), descending=False)


def read_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    order: Order,
    make: Callable[[Any], Item],
    *,
    cursor: str | None,
    size: int = PAGE_SIZE,
) -> Page[Item]:
    """The page of `statement` that `cursor` names (None: the first), its rows made into items by `make`.

    NotFound when the cursor is not one of ours.
    """
    going_back, values = _parse(cursor, order) if cursor else (False, None)
    descending = order.descending is not going_back
    columns = [key.column for key in order.keys]
    if values is not None:
        place, bound = tuple_(*columns), tuple_(*values)
        statement = statement.where(place < bound if descending else place > bound)
    statement = statement.add_columns(*columns)
    ordered = statement.order_by(*(column.desc() if descending else column.asc() for column in columns))
    rows = list(session.execute(ordered.limit(size + 1)))
    more = len(rows) > size
    rows = rows[:size]
    if going_back:
        rows.reverse()
    has_back, has_on = (more, True) if going_back else (values is not None, more)
    width = len(columns)
    return Page(
        items=tuple(make(row) for row in rows),
        back=_cursor(True, rows[0][-width:]) if rows and has_back else None,
        on=_cursor(False, rows[-1][-width:]) if rows and has_on else None,
    )


def count_up_to(session: Session, statement: Select[Any], most: int | None) -> int:
    """How many rows `statement` has; at `most` the counting stops, so that it costs no more than a page."""
    rows = statement.limit(most).subquery()
    return session.execute(select(func.count()).select_from(rows)).scalar_one()


def _cursor(going_back: bool, values: Sequence[Any]) -> str:
    told = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    packed = json.dumps(["b" if going_back else "f", *told], separators=(",", ":"))
    return urlsafe_b64encode(packed.encode()).rstrip(b"=").decode()


def _parse(cursor: str, order: Order) -> tuple[bool, list[Any]]:
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError("too long")
        direction, *told = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if any("\x00" in text.encode().decode() for text in told):
            raise ValueError("no text of ours")
        values = [key.parse(text) for key, text in zip(order.keys, told, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise NotFound("There is no such page.") from None
    if direction not in ("b", "f"):
        raise NotFound("There is no such page.")
    return direction == "b", values


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a cursor's time has a zone")
    return moment
