"""An envelope sender is read back as it was made, whatever mail servers do to its case; nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.return_path import parse_return_path, return_path

TOKENS = st.text("0123456789abcdef", min_size=32, max_size=50)


@settings(max_examples=60)
@given(token=TOKENS, wild=st.sampled_from([str.upper, str.lower, str.title]), brackets=st.booleans())
def test_it_is_read_back(token: str, wild: object, brackets: bool) -> None:
    address = return_path(token, "mail.example.org")
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 §4.5.3.1.1
    told = wild(address)  # type: ignore[operator]  # one of three methods of str
    assert parse_return_path(f" <{told}> " if brackets else told) == token


@settings(max_examples=100)
@given(address=st.text(max_size=80) | st.from_regex(r"[a-z+]{0,9}[0-9a-fx]{30,52}@[a-z.]{0,9}", fullmatch=True))
def test_what_is_not_ours_is_nothing(address: str) -> None:
    found = parse_return_path(address)
    assert found is None or address.strip().lower().strip("<>").startswith(f"bounce+{found}@")


@pytest.mark.parametrize("token", ["", "a" * 31, "a" * 51, "G" * 40, "a" * 40 + "@x", "a\r\nb" * 10])
def test_a_token_that_is_none_makes_no_address(token: str) -> None:
    with pytest.raises(ValueError, match="not the token"):
        return_path(token, "mail.example.org")
    assert parse_return_path(f"bounce+{token}@mail.example.org") is None
