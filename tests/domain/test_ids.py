"""Ids sort by time, tokens cannot be guessed and are not what is stored."""

import time
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.ids import address_key, derived_token, new_id, new_token, token_hash
from webapp.domain.links import Links


def test_ids_are_version_7_and_sort_by_time() -> None:
    first = new_id()
    time.sleep(0.002)
    second = new_id()
    assert (first.version, first.variant) == (7, second.variant)
    assert first < second
    assert len({new_id() for _ in range(5000)}) == 5000


def test_a_token_carries_256_bits_and_only_its_hash_is_kept() -> None:
    token = new_token()
    assert len(token) == 43
    assert token.encode() not in token_hash(token)
    assert len(token_hash(token)) == 32


def test_a_derived_token_depends_on_everything_it_is_for() -> None:
    subject = uuid4()
    told = {
        derived_token("s" * 32, "results", subject, 1),
        derived_token("t" * 32, "results", subject, 1),
        derived_token("s" * 32, "my-data", subject, 1),
        derived_token("s" * 32, "results", uuid4(), 1),
        derived_token("s" * 32, "results", subject, 2),
    }
    assert len(told) == 5
    assert all(len(token) == 43 for token in told)


@given(st.emails())
def test_an_address_is_known_again_however_it_is_written(address: str) -> None:
    assert address_key("s" * 32, address) == address_key("s" * 32, f"  {address.upper()} ".lower())
    assert address_key("s" * 32, address) != address_key("t" * 32, address)


def test_links_do_not_show_their_secret() -> None:
    links = Links("https://match.example", "a secret that must not be printed")
    assert "secret that" not in repr(links)
    assert links.results_url(uuid4()).startswith("https://match.example/results/")
