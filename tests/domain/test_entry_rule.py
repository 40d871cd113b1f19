"""What a listing asks for, as a rule and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.credential import Education, EnglishLevel
from webapp.domain.entry_rule import COLUMN_OF, applicants, cells_of, rule_of
from webapp.domain.errors import Refused
from webapp.domain.field import FIELDS
from webapp.domain.rule_evaluation import Truth
from webapp.domain.subject import RANKED_LEVELS, Subject

BLANK = dict.fromkeys(COLUMN_OF.values(), "")
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "min_education": st.sampled_from([each.value for each in Education]),
        "min_english": st.sampled_from([each.value for each in EnglishLevel]),
        "min_gpa": st.sampled_from(["0", "2.5", "3", "3.75"]),
        "min_work_years": st.sampled_from(["0", "1", "2.5"]),
        "accepted_fields": st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=3, unique=True).map(";".join),
        **{f"req_{subject}": st.sampled_from([each.value for each in RANKED_LEVELS]) for subject in Subject},
    },
)


@given(cells=CELLS)
def test_what_a_listing_asks_comes_back_from_its_rule(cells: dict[str, str]) -> None:
    assert cells_of(rule_of(cells), {}) == {**BLANK, **cells}


def test_a_listing_that_takes_any_field_keeps_saying_so() -> None:
    said = {"accepted_fields": "any_with_prerequisites", "min_gpa": "3"}
    assert rule_of(said) == "background.gpa >= 3"
    assert cells_of("background.gpa >= 2.5", said)["accepted_fields"] == "any_with_prerequisites"
    assert cells_of('background.field in ("11")', said)["accepted_fields"] == "11"
    assert rule_of({"min_gpa": "nine", "min_education": "bachelor"}) == "background.education >= bachelor"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("background.gpa >= 3 or background.education >= bachelor", "cannot hold"),
        ("not background.gpa >= 3", "cannot hold"),
        ("background.gpa < 3", "at least"),
        ("background.education = bachelor", "at least"),
        ('background.field not in ("11")', "among some"),
        ("background.gpa >= 3 and background.gpa >= 2", "twice"),
        ("background.gpa >= nine", "Line 1, column 19"),
        ('practical.state = "TX"', "no field"),
        ("<script>alert(1)</script>", "Line 1"),
    ],
)
def test_what_no_column_can_hold_is_refused(rule: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        cells_of(rule, {})


def test_the_golden_personas_are_counted_and_the_reason_told() -> None:
    everybody = applicants("")
    assert {each.truth for each in everybody} == {Truth.TRUE}
    some = applicants("background.education >= master")
    truths = [each.truth for each in some]
    assert len(some) == len(everybody)
    assert 0 < truths.count(Truth.TRUE) < len(some)
    refused = next(each for each in some if each.truth is Truth.FALSE)
    assert refused.why.startswith("education ")
    with pytest.raises(Refused):
        applicants("nonsense")
