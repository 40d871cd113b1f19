"""Pages by keyset: whatever the rows and the page size, walking sees each row once, in order."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, Select, String, column, select, values
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.queries.paging import Key, Order, read_page

_ROWS = st.lists(st.tuples(st.integers(0, 5), st.text("abcdef", min_size=1, max_size=3)), unique=True, max_size=20)


def _listed(rows: list[tuple[int, str]], *, descending: bool = True) -> tuple[Select[*tuple[Any, ...]], Order]:
    table = values(column("at", Integer), column("id", String), name="data").data(rows)
    return select(table.c.at, table.c.id), Order((Key(table.c.at, int), Key(table.c.id, str)), descending=descending)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS.filter(bool), size=st.integers(1, 7), descending=st.booleans())
def test_walking_forth_and_back_sees_every_row_once_in_order(
    session: Session, rows: list[tuple[int, str]], size: int, descending: bool
) -> None:
    statement, order = _listed(rows, descending=descending)
    expected = sorted(rows, reverse=descending)

    forth, cursor = [], None
    while True:
        page = read_page(session, statement, order, lambda row: (row[0], row[1]), cursor=cursor, size=size)
        forth.append(list(page.items))
        if page.on is None:
            break
        cursor = page.on
    assert [row for items in forth for row in items] == expected
    assert all(len(items) == size for items in forth[:-1])

    back = [list(page.items)]
    while page.back is not None:
        page = read_page(session, statement, order, lambda row: (row[0], row[1]), cursor=page.back, size=size)
        back.append(list(page.items))
    assert back[::-1] == forth


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "A" * 5000,
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(json.dumps(["f", "1"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["q", "1", "a"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["f", "one", "a"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["f", None, "a"]).encode()).decode(),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
        "é",
    ],
)
def test_a_cursor_that_is_not_ours_finds_nothing(session: Session, cursor: str) -> None:
    statement, order = _listed([(1, "a")])
    with pytest.raises(NotFound):
        read_page(session, statement, order, tuple, cursor=cursor)
