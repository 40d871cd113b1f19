"""What is sealed opens only with its own key, and shows nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.errors import DomainError
from webapp.gateways.sealing import Seal


@given(st.text())
def test_what_is_sealed_opens_again(plain: str) -> None:
    seal = Seal("k" * 40)
    closed = seal.close(plain)
    assert seal.open(closed) == plain
    assert not plain or len(plain) < 4 or plain.encode() not in closed


def test_another_key_or_a_changed_byte_opens_nothing() -> None:
    closed = Seal("k" * 40).close("whsec_abc")
    with pytest.raises(DomainError, match="Enter the secret again"):
        Seal("x" * 40).open(closed)
    with pytest.raises(DomainError):
        Seal("k" * 40).open(closed[:-2] + b"AA")
