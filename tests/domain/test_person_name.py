"""Junk is told from names, and no name that somebody has is called certain junk."""

import json
from pathlib import Path

import pytest

from tests.factories.names import JUNK, REAL
from webapp.domain.finding import CANNOT_BE_RIGHT, TO_CORRECT, Finding, Grade, grade_of, to_correct
from webapp.domain.person_name import name_findings


def test_no_real_name_is_called_invalid_and_few_are_looked_at() -> None:
    assert len(set(REAL)) >= 120
    grades = {name: grade_of(name_findings(*name)) for name in REAL}
    assert [name for name, grade in grades.items() if grade is Grade.INVALID] == []
    doubtful = {name for name, grade in grades.items() if grade is Grade.CAUTION}
    assert doubtful == {("Prince", "Demo"), ("Test", "Varga"), ("Jane", "Null")}


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_called_invalid(name: tuple[str, str]) -> None:
    assert grade_of(name_findings(*name)) is Grade.INVALID, name_findings(*name)


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        (("John3", "Silva"), Finding.NAME_HOLDS_DIGITS),
        (("Mickey", "Mouse"), Finding.NAME_PLACEHOLDER),
        (("Ana", ""), Finding.NAME_MISSING),
        (("", ""), Finding.NAME_MISSING),
        (("Ana {x}", "Silva"), Finding.NAME_HOLDS_SIGNS),
        (("Xkcdqz", "Silva"), Finding.NAME_UNPRONOUNCEABLE),
    ],
)
def test_what_only_looks_strange_is_for_a_person(name: tuple[str, str], finding: Finding) -> None:
    assert name_findings(*name) == (finding,)
    assert grade_of([finding]) is Grade.CAUTION


def test_naughty_strings_are_mostly_caught_and_never_break_it(data_dir: Path) -> None:
    naughty = [text for text in json.loads((data_dir / "blns.json").read_text()) if text.strip()]
    passed = [text for text in naughty if not name_findings(text, text)]
    # What passes is made of letters alone: words of many languages, and words such as NULL.
    assert len(passed) <= len(naughty) * 0.2
    assert all(any(sign.isalpha() for sign in text) and "://" not in text for text in passed)


def test_each_finding_has_words_for_the_student_and_a_grade() -> None:
    assert set(TO_CORRECT) == set(Finding)
    assert to_correct(["email_malformed", "of_next_year"]) == (TO_CORRECT[Finding.EMAIL_MALFORMED],)
    assert {grade_of([each]) for each in CANNOT_BE_RIGHT} == {Grade.INVALID}
    assert grade_of([]) is Grade.VALID
