"""Rules over columns give what they give record by record."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.rules import FIELDS, records, rules
from webapp.domain.rule import Rule
from webapp.domain.rule_evaluation import evaluate
from webapp.domain.rule_text import read
from webapp.matching.rule_columns import Column, evaluate_columns


@settings(max_examples=100, deadline=None)
@given(rules(), st.lists(records(), min_size=1, max_size=6))
def test_many_at_once_is_each_by_itself(rule: Rule, many: list[dict[str, Any]]) -> None:
    columns = {name: Column.of(field, [record.get(name) for record in many]) for name, field in FIELDS.items()}
    found = evaluate_columns(rule, columns, FIELDS)
    assert found.dtype == np.int8
    assert found.tolist() == [evaluate(rule, record, FIELDS).truth for record in many]


@settings(max_examples=100, deadline=None)
@given(rules(), records(), st.lists(records(), min_size=1, max_size=6), st.sets(st.sampled_from(list(FIELDS))))
def test_one_answer_against_many_records(
    rule: Rule, one: dict[str, Any], many: list[dict[str, Any]], own: set[str]
) -> None:
    columns = {
        name: Column.of(field, [one.get(name)] if name in own else [record.get(name) for record in many])
        for name, field in FIELDS.items()
    }
    merged = [{name: (one if name in own else record).get(name) for name in FIELDS} for record in many]
    found = np.broadcast_to(evaluate_columns(rule, columns, FIELDS), len(many))
    assert found.tolist() == [evaluate(rule, record, FIELDS).truth for record in merged]


@settings(max_examples=100, deadline=None)
@given(rules())
def test_fields_without_a_column_are_unknown(rule: Rule) -> None:
    assert evaluate_columns(rule, {}, FIELDS).tolist() == [evaluate(rule, {}, FIELDS).truth]


def test_a_set_may_draw_on_many_words() -> None:
    words = [f"w{number}" for number in range(150)]
    field = FIELDS["words"]
    column = Column.of(field, [words, words[:70], None])
    assert column.values.shape == (3, 3)
    from_text = Column.of(FIELDS["note"], ["w149"])
    rule = read("note in words", FIELDS)
    assert evaluate_columns(rule, {"note": from_text, "words": column}, FIELDS).tolist() == [1, -1, 0]
