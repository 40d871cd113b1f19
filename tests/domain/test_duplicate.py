"""By what a person is recognised: folded alike where it is the same, never by a blank."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.duplicate import Facts, MatchSet, distinguishing, folded_name
from webapp.domain.mailbox import mailbox

ANA = Facts("ana@student.example", "Ana", "Silva", "+1 415 555 0134", "94110")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.na.silva+x@gmail.com", "AnaSilva@googlemail.com"),
        ("ana+school@outlook.com", "ana@outlook.com"),
        ("a-n_a.s@protonmail.com", "anas@pm.me"),
        ("ana@student.example", " ANA@student.EXAMPLE "),
    ],
)
def test_addresses_of_one_mailbox_are_one(one: str, other: str) -> None:
    assert mailbox(one) == mailbox(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.na@student.example", "ana@student.example"),  # elsewhere a dot may be somebody else
        ("ana+x@student.example", "ana@student.example"),
        ("ana.s@outlook.com", "anas@outlook.com"),
        ("ana@gmail.com", "ana@gmail.com.evil.example"),
        ("+@gmail.com", "++@gmail.com"),
    ],
)
def test_addresses_that_may_be_two_stay_two(one: str, other: str) -> None:
    assert mailbox(one) != mailbox(other)


@given(st.text(max_size=30))
@settings(max_examples=60)
def test_folding_an_address_twice_is_folding_it_once(text: str) -> None:
    assert mailbox(mailbox(text)) == mailbox(text)


def test_names_and_postal_codes_are_folded() -> None:
    assert folded_name("José María", "Núñez") == folded_name("jose maria", "NUNEZ") == folded_name("Nuñez", "JoséMaria")
    one, other = (distinguishing(Facts("", "Ana", "Silva", "", code)) for code in ("94110-1234", "94110"))
    assert one == other
    assert set(one) == {MatchSet.NAME_AND_POSTAL_CODE}
    assert folded_name("Ana", "") == ""


@given(st.sampled_from(("email", "first_name", "last_name", "phone", "postal_code")), st.sampled_from(("", " ", "-")))
@settings(max_examples=30)
def test_a_set_with_a_blank_in_it_is_not_there(part: str, blank: str) -> None:
    whole = distinguishing(ANA)
    assert set(whole) == set(MatchSet)
    facts = {name: getattr(ANA, name) for name in ("email", "first_name", "last_name", "phone", "postal_code")}
    holed = distinguishing(Facts(**{**facts, part: blank}))
    used_by = {
        "email": {MatchSet.EMAIL},
        "phone": {MatchSet.PHONE, MatchSet.NAME_AND_PHONE},
        "postal_code": {MatchSet.NAME_AND_POSTAL_CODE},
    }
    assert set(whole) - set(holed) == used_by.get(part, {MatchSet.NAME_AND_POSTAL_CODE, MatchSet.NAME_AND_PHONE})
