"""A rule in rows says what its text says, both ways; names and what is off stand in the text, beside the others."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.domain.disclosure import LEAD_FIELDS
from webapp.domain.errors import NotFound
from webapp.domain.filter_row import (
    ASKS,
    Ask,
    Join,
    Row,
    RowError,
    RuleDraft,
    draft_of,
    draft_of_line,
    line_of,
    picks_of,
    words_of,
)
from webapp.domain.filter_sheet import entries_of, switched, with_rule, without_rule
from webapp.domain.rule import Kind
from webapp.domain.rule_filter import Effect, read_filter

STATE = Row("practical.state", Ask.ONE_OF, ("TX", "CA"))


@st.composite
def rows(draw: st.DrawFn) -> Row:
    field = LEAD_FIELDS[draw(st.sampled_from(sorted(LEAD_FIELDS)))]
    ask = draw(st.sampled_from(ASKS[field.kind]))
    if ask is Ask.SAID:
        return Row(field.name, ask)
    most = 3 if ask in (Ask.ONE_OF, Ask.NONE_OF) else 1
    if field.kind is Kind.NUMBER:
        return Row(field.name, ask, (f"{draw(st.integers(0, 40)) / 10:g}",))
    values = [value for value, _ in picks_of(field)]
    text = st.text("ab \"\\'9", min_size=1, max_size=4).filter(lambda each: bool(each.strip()) and each == each.strip())
    words = st.sampled_from(values) if values else text
    return Row(field.name, ask, tuple(draw(st.lists(words, min_size=1, max_size=most, unique=True))))


@settings(max_examples=40, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=4), st.sampled_from(list(Effect)), st.sampled_from(list(Join)))
def test_rows_and_text_are_each_others_inverse(written: list[Row], effect: Effect, join: Join) -> None:
    draft = RuleDraft("", effect, join if len(written) > 1 else Join.ALL, tuple(written))
    line = line_of(draft, LEAD_FIELDS)
    (rule,) = read_filter(line, LEAD_FIELDS)
    assert draft_of(rule, LEAD_FIELDS) == draft
    told = words_of(rule, LEAD_FIELDS)
    assert told is not None
    assert told.endswith(".")


def test_what_rows_cannot_say_is_left_to_the_text_and_what_is_wrong_names_its_row() -> None:
    for beyond in (
        'require not (practical.state = "CA" or match.band < good)',
        "require background.education < bachelor",
        'require practical.state = "CA" and (practical.country = "US" or match.band = good)',
        "require background.education !",
    ):
        assert draft_of_line(beyond, LEAD_FIELDS) is None
    wrong = {
        Row("practical.moon", Ask.ONE_OF, ("x",)): "field",
        Row("practical.state", Ask.AT_LEAST, ("TX",)): "ask",
        Row("practical.state", Ask.ONE_OF, (" ",)): "values",
        Row("practical.state", Ask.ONE_OF, ("ZZ",)): "values",
        Row("background.education", Ask.AT_LEAST, ("bachelor", "master")): "values",
        Row("background.gpa", Ask.AT_MOST, ("nan",)): "values",
    }
    for row, part in wrong.items():
        with pytest.raises(RowError) as refused:
            line_of(RuleDraft(rows=(STATE, row)), LEAD_FIELDS)
        assert (refused.value.row, refused.value.part) == (1, part)
    with pytest.raises(RowError):
        line_of(RuleDraft(), LEAD_FIELDS)
    with pytest.raises(RowError, match="at most 80"):
        line_of(RuleDraft(name="n" * 81, rows=(STATE,)), LEAD_FIELDS)
    assert line_of(RuleDraft(rows=(Row("practical.state", Ask.ONE_OF, ("tx",)),)), LEAD_FIELDS).endswith('= "TX"')
    (rule,) = read_filter(line_of(RuleDraft(effect=Effect.EXCLUDE, rows=(STATE,)), LEAD_FIELDS), LEAD_FIELDS)
    assert words_of(rule, LEAD_FIELDS) == "Not where state is one of TX, CA."


def test_one_rule_changes_and_the_others_stay_as_they_were_written() -> None:
    text = "# All of us\n\n# Who we take\nrequire match.band >= good\n#off exclude match.band = strong\n\n# end\n"
    first, second = entries_of(text)
    assert (first.number, first.name, first.line, second.number, second.name) == (1, "Who we take", 4, None, "")
    on = switched(text, 1, on=True)
    assert entries_of(on)[1].number == 2
    assert switched(on, 1, on=False) == text
    renamed = with_rule(text, 0, "  # New\nname ", "require match.band = good")
    assert renamed.splitlines()[:4] == ["# All of us", "", "# New name", "require match.band = good"]
    assert renamed.splitlines()[4:] == text.splitlines()[4:]
    assert without_rule(text, 0).splitlines() == ["# All of us", "", *text.splitlines()[4:]]
    assert entries_of(with_rule(text, None, "", "require match.band exists"))[-1].rule == "require match.band exists"
    assert with_rule("", None, "A", "require match.band exists") == "# A\nrequire match.band exists\n"
    with pytest.raises(NotFound):
        without_rule(text, 2)
