"""The rules on entry come out the same for all programs at once and for each with its trace."""

from datetime import date

import numpy as np
import pytest

from tests.matching.law import Case, law_from
from tests.matching.test_criteria import listing
from tests.matching.test_rules import GRADUATE, PUBLISHED, ranked
from webapp.domain.profile import Profile
from webapp.domain.wording import caveat_sentence
from webapp.matching import DEFAULT_WEIGHTS
from webapp.matching.context import Context
from webapp.matching.entry import ADMISSION_RULES, ENTRY_RULES, evaluated
from webapp.matching.student import Student


@law_from(1)
def test_one_program_is_judged_as_it_is_among_all(case: Case) -> None:
    student, catalog = Student(Profile.from_json(case.obj), DEFAULT_WEIGHTS), case.world.catalog
    eligibility = Context(student, catalog, date(2026, 11, 22)).eligibility
    by_row = {rule: eligibility.rules[rule][catalog.admission] for rule in ADMISSION_RULES}
    by_row |= {
        "state": eligibility.state_of(slice(None)),
        "country": np.array([eligibility.country_at(row) for row in range(len(catalog))]),
    }
    assert by_row.keys() == ENTRY_RULES.keys()
    for rule, values in by_row.items():
        alone = [evaluated(rule, student, program).truth for program in catalog.listings]
        assert values.tolist() == alone, rule


def test_the_trace_of_a_gap_says_what_is_needed_and_what_was_said() -> None:
    student = Student(Profile.from_json({"subjects": {"statistics": "one_course"}}), DEFAULT_WEIGHTS)
    asks = listing(**{**PUBLISHED, "req_statistics": "several_courses"})
    expected = "needs statistics: several courses; you said: one course"
    assert str(evaluated("subject.statistics", student, asks)) == expected


@pytest.mark.parametrize(
    ("country", "cells", "verdict"),
    [
        ("US", {"modality": "online", "states_authorized": "ALL", "country": "US"}, "eligible"),
        ("CA", {"modality": "online", "states_authorized": "ALL", "country": "US"}, "likely"),
        ("CA", {"modality": "online", "states_authorized": "ALL"}, "likely"),
        ("CA", {"modality": "online", "country": "CA", "states_authorized": "ALL"}, "eligible"),
        ("US", {"modality": "online", "country": "CA", "states_authorized": "ALL"}, "likely"),
        ("CA", {"modality": "online;on_campus", "country": "US", "states_authorized": "ALL"}, "eligible"),
    ],
)
def test_online_across_a_border_is_an_open_question(country: str, cells: dict[str, str], verdict: str) -> None:
    obj = {**GRADUATE, "practical": {"country": country}}
    (match,) = ranked(obj, listing(**{**PUBLISHED, **cells})).matches
    codes = {caveat.code: caveat.to_json() for caveat in match.caveats}
    assert match.verdict == verdict
    if verdict == "likely":
        assert caveat_sentence(codes["place_country_unknown"]).endswith("is not published.")
    else:
        assert "place_country_unknown" not in codes
