"""Field maps: what a partner's fields come to, what cannot be read, and that no document can break them."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.errors import Refused
from webapp.domain.field_map import PATHS, Computed, Form, read_fields
from webapp.domain.mapped_value import as_form, as_json, fill

DOCUMENT: dict[str, Any] = {
    "lead_id": "01935f1c",
    "test": False,
    "student": {"first_name": "Ana", "last_name": "Núñez & Co", "email": "ana@student.example", "phone": "+14155550123",
                "state": "CA", "city": None},
    "background": {"gpa": 3.4, "education": "bachelor", "subjects": {"statistics": "one_course"}},
    "match": {"band": "good", "reasons": ["It is online.", "It is cheap."]},
    "contact_preferences": {"channels": ["email", "phone"], "max_attempts": 3},
    "answers": [{"question_id": "q-1", "question": "When?", "answer": ["fall", "spring"]}],
    "submitted_at": "2026-11-22T15:04:05+00:00",
}  # fmt: skip


def filled(**told: Any) -> Any:
    result = fill(read_fields([{"name": "x", **told}]), DOCUMENT)
    assert not result.problems
    return result.values[0][1]


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"from": "student.email"}, "ana@student.example"),
        ({"from": "background.gpa"}, 3.4),
        ({"from": "test"}, False),
        ({"from": "test", "form": "yes_no"}, "no"),
        ({"from": "test", "form": "one_zero"}, "0"),
        ({"from": "student.city"}, None),
        ({"from": "student.city", "default": "unknown"}, "unknown"),
        ({"from": "student.state", "values": {"CA": "California"}}, "California"),
        ({"from": "student.state", "values": {"NY": "New York"}}, "CA"),
        ({"from": "student.state", "values": {"NY": "New York"}, "otherwise": "blank", "default": "?"}, "?"),
        ({"from": "student.phone", "form": "phone_us"}, "(415) 555-0123"),
        ({"from": "student.phone", "form": "phone_digits"}, "14155550123"),
        ({"from": "submitted_at", "form": "date_us"}, "11/22/2026"),
        ({"from": "submitted_at", "form": "date"}, "2026-11-22"),
        ({"from": "submitted_at", "form": "date_time"}, "2026-11-22T15:04:05Z"),
        ({"from": "student.first_name", "form": "upper"}, "ANA"),
        ({"from": "answers.q-1"}, ["fall", "spring"]),
        ({"from": "background.subjects.statistics"}, "one_course"),
        ({"computed": "full_name"}, "Ana Núñez & Co"),
        ({"computed": "answers"}, "When?: fall, spring"),
        ({"computed": "reasons"}, "It is online. It is cheap."),
        ({"constant": "Program Match"}, "Program Match"),
    ],
)
def test_what_a_field_comes_to(told: dict[str, Any], value: Any) -> None:
    assert filled(**told) == value


def test_the_same_fields_as_json_and_as_a_form() -> None:
    fields = read_fields(
        [
            {"name": "contact.name", "computed": "full_name"},
            {"name": "contact.ways", "from": "contact_preferences.channels"},
            {"name": "gpa", "from": "background.gpa"},
            {"name": "city", "from": "student.city"},
        ]
    )
    values = fill(fields, DOCUMENT).values
    assert json.loads(as_json(values)) == {
        "contact": {"name": "Ana Núñez & Co", "ways": ["email", "phone"]},
        "gpa": 3.4,
        "city": None,
    }
    assert parse_qsl(as_form(values).decode(), keep_blank_values=True) == [
        ("contact.name", "Ana Núñez & Co"),
        ("contact.ways", "email, phone"),
        ("gpa", "3.4"),
        ("city", ""),
    ]


def test_what_cannot_be_sent_is_told_field_by_field() -> None:
    fields = read_fields(
        [
            {"name": "city", "from": "student.city", "required": True},
            {"name": "state", "from": "student.state", "values": {"NY": "1"}, "otherwise": "refuse"},
            {"name": "when", "from": "student.email", "form": "date"},
            {"name": "email", "from": "student.email"},
        ]
    )
    result = fill(fields, DOCUMENT)
    assert [problem.where for problem in result.problems] == ["city", "state", "when"]
    assert all(problem.remedy for problem in result.problems)
    assert result.values[-1] == ("email", "ana@student.example")


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ("x", "list"),
        ([], "list"),
        (["x"], "object"),
        ([{"name": "a"}], "where its value comes from"),
        ([{"name": "a", "from": "student.email", "constant": "b"}], "where its value comes from"),
        ([{"name": "a", "from": "student.__class__"}], "no place"),
        ([{"name": "a", "from": "student.ssn"}], "no place"),
        ([{"name": "a", "from": "answers.x.y"}], "no place"),
        ([{"name": "a\r\nb", "constant": "c"}], "usable name"),
        ([{"name": "a", "computed": "eval"}], "not known"),
        ([{"name": "a", "constant": "b", "form": "{0}"}], "not known"),
        ([{"name": "a", "constant": "b", "values": {"x": 1}}], "more than texts"),
        ([{"name": "a", "constant": "b", "code": "1+1"}], "no setting called code"),
        ([{"name": "a", "constant": "b"}, {"name": "a", "constant": "c"}], "more than once"),
        ([{"name": "a", "constant": "b"}, {"name": "a.b", "constant": "c"}], "fields inside it"),
        ([{"name": "a", "constant": "b", "required": "yes"}], "neither true nor false"),
    ],
)
def test_a_map_that_cannot_be_read_says_why(told: Any, word: str) -> None:
    with pytest.raises(Refused, match=word) as refused:
        read_fields(told)
    assert all(problem.remedy for problem in refused.value.problems)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
)
FIELD = st.fixed_dictionaries(
    {"name": st.from_regex(r"[a-z]{8}", fullmatch=True)},
    optional={"form": st.sampled_from(Form), "default": st.text(max_size=5), "required": st.booleans()},
)
SOURCE = st.sampled_from(PATHS).map(lambda path: {"from": path}) | st.sampled_from(Computed).map(
    lambda each: {"computed": each}
)


@settings(max_examples=60)
@given(
    told=st.lists(st.tuples(FIELD, SOURCE), min_size=1, max_size=12, unique_by=lambda each: each[0]["name"]),
    student=st.dictionaries(st.sampled_from([path[8:] for path in PATHS if path.startswith("student.")]), ANYTHING),
)
def test_every_map_that_can_be_read_gives_a_body_of_any_document(told: list[Any], student: dict[str, Any]) -> None:
    """It is written and read back unchanged, and what is missing is a problem, never a fault."""
    fields = read_fields([{**field, **source} for field, source in told])
    assert read_fields([field.to_json() for field in fields]) == fields
    student = {name: value for name, value in student.items() if isinstance(value, str) or "name" not in name}
    result = fill(fields, {**DOCUMENT, "student": student})
    assert [name for name, _ in result.values] == [field.name for field in fields]
    json.loads(as_json(result.values))
    assert len(parse_qsl(as_form(result.values).decode(), keep_blank_values=True)) == len(fields)
