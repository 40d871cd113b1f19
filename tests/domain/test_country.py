"""Countries by name, and with the article that some need in a sentence."""

import pytest

from webapp.domain.country import COUNTRIES, country_label, country_phrase


@pytest.mark.parametrize(
    ("code", "phrase"),
    [("US", "the United States"), ("NL", "the Netherlands"), ("DE", "Germany"), ("CI", "Côte d’Ivoire"), ("ZZ", "ZZ")],
)
def test_a_country_stands_in_a_sentence(code: str, phrase: str) -> None:
    assert country_phrase(code) == phrase


def test_every_code_has_two_capital_letters_and_a_name() -> None:
    assert all(len(code) == 2 and code.isascii() and code.isupper() and name for code, name in COUNTRIES.items())
    assert country_label("FR") == "France"
