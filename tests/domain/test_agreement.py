"""Kendall's tau over first places: 1 where nothing moved, -1 where all is turned round, less for every swap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.agreement import kendall_tau

LETTERS = list("abcdefghijkl")
orders = st.permutations(LETTERS)


@settings(max_examples=60)
@given(one=orders, other=orders, k=st.integers(1, 12))
def test_tau_is_a_measure_of_agreement(one: list[str], other: list[str], k: int) -> None:
    found = kendall_tau(one, other, k)
    assert -1 - 1e-12 <= found <= 1 + 1e-12
    assert found == pytest.approx(kendall_tau(other, one, k))
    assert kendall_tau(one, one, k) == 1
    if k == len(LETTERS):
        assert kendall_tau(one, other[::-1], k) == pytest.approx(-found)


def test_what_one_order_lacks_stands_below_all_it_holds() -> None:
    assert kendall_tau("abc", "abd", 3) == pytest.approx((5 - 1) / 6)
    assert kendall_tau("abcd", "abdc", 3) == pytest.approx(4 / 6)
    assert kendall_tau("ab", "cd", 2) == pytest.approx(-4 / 5)
    assert kendall_tau("", "", 10) == 1
