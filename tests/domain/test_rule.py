"""Rules: three values, traces, text there and back, and filters on leads."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from tests.factories.rules import FIELDS, records, rules
from webapp.domain.profile import Profile
from webapp.domain.rule import OPERATORS, And, Comparison, Field, Kind, Not, Operator, Or, Reference, Rule, problem_of
from webapp.domain.rule_evaluation import Truth, evaluate, known_value
from webapp.domain.rule_field import MATCH_FIELDS, PROFILE_FIELDS
from webapp.domain.rule_filter import read_filter, sift
from webapp.domain.rule_text import RuleTextError, read, write

law = settings(max_examples=500, deadline=None)
YES, NO, OPEN = (
    Comparison("member", Operator.EQUAL, True),
    Comparison("gpa", Operator.LESS, 1),
    Comparison("debt", Operator.LESS, 1),
)
RECORD: dict[str, Any] = {"member": True, "gpa": 3.0}


@pytest.mark.parametrize(
    ("rule", "truth"),
    [
        *((And((a, b)), min(x, y)) for a, x in ((YES, 1), (NO, -1), (OPEN, 0)) for b, y in ((YES, 1), (OPEN, 0))),
        *((Or((a, b)), max(x, y)) for a, x in ((YES, 1), (NO, -1), (OPEN, 0)) for b, y in ((NO, -1), (OPEN, 0))),
        (Not(YES), -1),
        (Not(NO), 1),
        (Not(OPEN), 0),
    ],
)
def test_kleenes_tables(rule: Rule, truth: int) -> None:
    assert evaluate(rule, RECORD, FIELDS).truth == truth


@pytest.mark.parametrize(
    ("text", "record", "truth"),
    [
        ("gpa >= 3", {"gpa": 3}, 1),
        ("gpa > 3", {"gpa": 3}, -1),
        ("gpa >= 3", {}, 0),
        ("gpa >= 0", {}, 1),
        ("gpa < 0", {}, -1),
        ("gpa <= 4", {"gpa": None}, 1),
        ("age > 3", {}, 0),
        ("age >= 0", {}, 1),
        ("age <= 200", {}, 0),
        ("debt >= 0", {}, 0),
        ("level >= some", {"level": "none"}, -1),
        ("level >= some", {"level": "some"}, 1),
        ("level >= none", {"level": "unheard of"}, 1),
        ("level >= asked.level", {"level": "much", "asked.level": "some"}, 1),
        ("level >= asked.level", {"level": "much"}, 0),
        ("level >= asked.level", {"asked.level": "none"}, 1),
        ('town in ("Aix", "Bonn", "Cork")', {}, 1),
        ('town in ("Aix", "Bonn")', {}, 0),
        ("town in towns", {"towns": ["Aix", "Bonn", "Cork"]}, 1),
        ("town in towns", {"town": "AIX", "towns": ["aix"]}, 1),
        ("town in towns", {"town": "Aix", "towns": []}, -1),
        ("town in towns", {"town": "Aix"}, 0),
        ("towns contains town", {"town": "Aix", "towns": ["Bonn"]}, -1),
        ('note contains "lim"', {"note": "Climb"}, 1),
        ("born < 2000-01-01", {"born": date(1999, 12, 31)}, 1),
        ("member exists", {}, -1),
        ("not member exists", {"member": False}, -1),
    ],
)
def test_what_a_comparison_comes_to(text: str, record: dict[str, Any], truth: int) -> None:
    assert evaluate(read(text, FIELDS), record, FIELDS).truth == truth


@law
@given(rules())
def test_text_and_rule_are_each_others_inverse(rule: Rule) -> None:
    text = write(rule, FIELDS)
    assert read(text, FIELDS) == rule
    assert write(read(text, FIELDS), FIELDS) == text


@law
@given(rules(), records())
def test_the_trace_decides(rule: Rule, record: dict[str, Any]) -> None:
    found = evaluate(rule, record, FIELDS)
    assert found.deciding
    assert {line.truth for line in found.deciding} == {found.truth}
    assert set(map(id, found.deciding)) <= set(map(id, found.trace))
    opposite = evaluate(Not(rule), record, FIELDS)
    assert opposite.truth == -found.truth
    assert all("; you said: " in str(line) and line.need for line in (*found.trace, *opposite.trace))


@law
@given(rules(), records(), records())
def test_learning_more_never_overturns_an_answer(rule: Rule, record: dict[str, Any], more: dict[str, Any]) -> None:
    before = evaluate(rule, record, FIELDS).truth
    known = {name for name, value in record.items() if value is not None}
    filled = {**more, **{name: record[name] for name in known}}
    if before is not Truth.UNKNOWN and not _asks_whether_there_is_an_answer(rule):
        assert evaluate(rule, filled, FIELDS).truth is before


def _asks_whether_there_is_an_answer(rule: Rule) -> bool:
    match rule:
        case Comparison():
            return rule.operator is Operator.EXISTS
        case Not():
            return _asks_whether_there_is_an_answer(rule.part)
        case And() | Or():
            return any(map(_asks_whether_there_is_an_answer, rule.parts))


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "expected a field"),
        ("gpa", 1, 4, "expected one of ="),
        ("gpa >=", 1, 7, "expected a number, found the end"),
        ("gpa >= high", 1, 8, "expected a number, found high"),
        ("grade = 3", 1, 1, "there is no field grade"),
        ("gpa = 3 or\n  town = Aix", 2, 10, "expected text in double quotes"),
        ('town = "Rome"', 1, 8, "Rome is not a value of town; use one of Aix, Bonn, Cork"),
        ("level >= lots", 1, 10, "lots is not a value of level"),
        ("level >= 3", 1, 10, "expected a word of the vocabulary (none, some, much)"),
        ("(gpa = 3", 1, 9, "expected a closing bracket"),
        ("gpa = 3)", 1, 8, "expected and, or, or the end"),
        ("gpa not 3", 1, 9, "expected in, found 3"),
        ("town >= note", 1, 9, "town is of kind text, which takes =, !=, in, not in, contains, exists"),
        ("gpa in ()", 1, 9, "expected a number"),
        ("gpa in (1 2)", 1, 11, "expected a comma or a closing bracket"),
        ('note = "open', 1, 8, "no closing quote"),
        ("gpa = 3 && member = true", 1, 9, "&& is not a name"),
        ("born = 2000-13-01", 1, 8, "expected a date"),
        ("level = member", 1, 9, "member is of kind boolean, but ordered is needed here"),
        ("note contains town", 1, 15, "name the words to look for"),
        ("not " * 21 + "member = true", 1, 81, "more than 20"),
        ("x" * 4001, 1, 4001, "write at most 4000"),
    ],
)
def test_a_fault_in_a_rule_names_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(RuleTextError) as caught:
        read(text, FIELDS)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.problem


@pytest.mark.parametrize(
    "comparison",
    [
        Comparison("member", Operator.EQUAL, 1),
        Comparison("gpa", Operator.EQUAL, True),
        Comparison("gpa", Operator.EQUAL, float("nan")),
        Comparison("gpa", Operator.IN, 3),
        Comparison("gpa", Operator.IN, ()),
        Comparison("gpa", Operator.EXISTS, 3),
        Comparison("gpa", Operator.EQUAL, None),
        Comparison("gpa", Operator.EQUAL, Reference("nowhere")),
        Comparison("gpa", Operator.EXISTS, Reference("age")),
        Comparison("gpa", Operator.IN, Reference("towns")),
        Comparison("level", Operator.EQUAL, Reference("town")),
    ],
)
def test_comparisons_that_make_no_sense_are_told_apart(comparison: Comparison) -> None:
    assert problem_of(comparison, FIELDS)


def test_every_kind_knows_its_operators_and_refuses_values_of_another() -> None:
    assert set(OPERATORS) == set(Kind)
    for field in FIELDS.values():
        if field.kind is Kind.ORDERED:
            assert known_value(field, "no such word") is None
            continue
        with pytest.raises(TypeError, match=field.name):
            known_value(field, object())
    with pytest.raises(TypeError):
        known_value(Field(name="n", kind=Kind.NUMBER, label="n"), True)


def test_a_trace_reads_plainly() -> None:
    rule = read("subjects.statistics >= several_courses and background.gpa >= 3", PROFILE_FIELDS)
    record = Profile.from_json({"subjects": {"statistics": "one_course"}, "background": {"gpa": 3.2}}).stated()
    found = evaluate(rule, record, PROFILE_FIELDS)
    assert str(found) == "needs statistics: several courses; you said: one course"
    assert len(found.trace) == 2
    blank = evaluate(read("background.gpa >= program.min_gpa", MATCH_FIELDS), {}, MATCH_FIELDS)
    assert str(blank) == "needs grade point average: not published; you said: nothing"


FILTER = """# Alder takes graduates with some statistics
require background.education >= bachelor
require subjects.statistics >= one_course or subjects.machine_learning exists
exclude practical.state in ("TX", "FL")
"""


@pytest.mark.parametrize(
    ("profile", "passes", "words"),
    [
        ({"education": "bachelor", "state": "CA", "statistics": "one_course"}, Truth.TRUE, None),
        (
            {"education": "bachelor", "state": "TX", "statistics": "one_course"},
            Truth.FALSE,
            "this lead would be excluded by rule 3: state TX",
        ),
        (
            {"education": "associate", "state": "TX", "statistics": "one_course"},
            Truth.FALSE,
            (
                "this lead would be excluded by rule 1: education an associate degree "
                "(asked for: at least a bachelor's degree)"
            ),
        ),
        (
            {"education": "bachelor", "statistics": "one_course"},
            Truth.UNKNOWN,
            "this lead does not say enough for rule 3: state not known",
        ),
    ],
)
def test_a_lead_is_held_against_a_schools_filter(profile: dict[str, str], passes: Truth, words: str | None) -> None:
    lead = Profile.from_json(
        {
            "background": {"education": profile["education"]},
            "subjects": {"statistics": profile["statistics"]},
            "practical": {"state": profile["state"]} if "state" in profile else {},
        }
    ).stated()
    rules_of_filter = read_filter(FILTER, PROFILE_FIELDS)
    found = sift(rules_of_filter, lead, PROFILE_FIELDS)
    assert found.passes is passes
    assert (None if found.decision is None else str(found.decision)) == words
    assert [decision.number for decision in found.decisions] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("require gpa >= 1", 1, 9), ("\n  allow x = 1", 2, 3), ("exclude  practical.state = 4", 1, 28)],
)
def test_a_fault_in_a_filter_names_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(RuleTextError) as caught:
        read_filter(text, PROFILE_FIELDS)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_filter_without_rules_lets_every_lead_pass_and_too_many_are_refused() -> None:
    assert sift((), {}, PROFILE_FIELDS).passes is Truth.TRUE
    with pytest.raises(RuleTextError, match="at most 50"):
        read_filter("exclude background.gpa < 1\n" * 51, PROFILE_FIELDS)
