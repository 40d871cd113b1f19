"""Guarded cells: no formula survives, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.cell import guard, unguard

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-", "--1", "+1", "'=1", "''@x")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_shown_as_text(text: str) -> None:
    assert guard(text).startswith("'")


@pytest.mark.parametrize("text", ["", "Data Science", "12.5", "-86.5673", "-1", "'tis", "a=b", "master;online"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert guard(text) == text


@given(st.one_of(st.text(), st.text(alphabet="'=+-@1.\t\rx", max_size=6)))
def test_guard_and_unguard_are_each_others_inverse(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text(alphabet="'=+-@1.\t\rx", max_size=6))
def test_no_guarded_cell_begins_like_a_formula_unless_it_is_a_number(text: str) -> None:
    cell = guard(text)
    assert cell[:1] not in {"=", "+", "@", "\t", "\r"}
    assert not cell.startswith("-") or float(cell) <= 0
