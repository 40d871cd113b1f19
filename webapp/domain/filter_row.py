"""A rule of a filter as rows of a form: a field, a comparison in plain words, and values; all of them, or any.

Most rules people want are of that shape. `draft_of` gives it back for a rule that is, and None for one that says more,
which is changed as text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webapp.domain.filter_sheet import LONGEST_NAME
from webapp.domain.geography import STATES
from webapp.domain.label import occupation_label
from webapp.domain.occupation import occupations
from webapp.domain.rule import And, Comparison, Field, Fields, Kind, Literal, Not, Operator, Or, Rule, problem_of
from webapp.domain.rule_filter import Effect, FilterRule, read_filter
from webapp.domain.rule_text import write

ROWS_LIMIT: Final = 12


class Join(StrEnum):
    """Whether every row must be true, or one of them."""

    ALL = "all"
    ANY = "any"


class Ask(StrEnum):
    """How a row compares, in the words of people."""

    ONE_OF = "one_of"
    NONE_OF = "none_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    HAS = "has"
    LACKS = "lacks"
    SAID = "said"


ASK_WORDS: Final = {
    Ask.ONE_OF: "is one of",
    Ask.NONE_OF: "is none of",
    Ask.AT_LEAST: "is at least",
    Ask.AT_MOST: "is at most",
    Ask.HAS: "include",
    Ask.LACKS: "do not include",
    Ask.SAID: "is known",
}
ASKS: Final = {
    Kind.NUMBER: (Ask.AT_LEAST, Ask.AT_MOST, Ask.SAID),
    Kind.ORDERED: (Ask.AT_LEAST, Ask.AT_MOST, Ask.ONE_OF, Ask.NONE_OF, Ask.SAID),
    Kind.TEXT: (Ask.ONE_OF, Ask.NONE_OF, Ask.SAID),
    Kind.SET: (Ask.HAS, Ask.LACKS, Ask.SAID),
}
"""What may be asked of each kind of field."""
_SINGLE: Final = {Ask.AT_LEAST: Operator.AT_LEAST, Ask.AT_MOST: Operator.AT_MOST, Ask.HAS: Operator.CONTAINS}
_BACK: Final = {operator: ask for ask, operator in _SINGLE.items()}
_LISTS: Final = {Ask.ONE_OF: (Operator.EQUAL, Operator.IN), Ask.NONE_OF: (Operator.UNEQUAL, Operator.NOT_IN)}


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as somebody wrote it: nothing is checked yet."""

    field: str
    ask: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule that is being put together."""

    name: str = ""
    effect: str = Effect.REQUIRE
    join: str = Join.ALL
    rows: tuple[Row, ...] = ()


class RowError(ValueError):
    """A row that makes no comparison: which one (from 0, None for the whole), which part of it, and what to do."""

    def __init__(self, row: int | None, part: str, problem: str) -> None:
        self.row, self.part, self.problem = row, part, problem
        super().__init__(problem)


def line_of(draft: RuleDraft, fields: Fields) -> str:
    """The rule as a line of a filter; RowError names the first row that is not right."""
    if draft.effect not in list(Effect):
        raise RowError(None, "effect", "Choose what the rule does.")
    if not draft.rows:
        raise RowError(None, "add", "Add a condition first.")
    if len(draft.rows) > ROWS_LIMIT:
        raise RowError(None, "add", f"At most {ROWS_LIMIT} conditions fit in here. Write the others as text.")
    if len(draft.name) > LONGEST_NAME:
        raise RowError(None, "name", f"Write at most {LONGEST_NAME} characters.")
    parts = tuple(_compared(number, row, fields) for number, row in enumerate(draft.rows))
    rule: Rule = parts[0] if len(parts) == 1 else (Or(parts) if draft.join == Join.ANY else And(parts))
    return f"{draft.effect} {write(rule, fields)}"


def draft_of(rule: FilterRule, fields: Fields, name: str = "") -> RuleDraft | None:
    """The rows that say the same as a rule; None where rows cannot."""
    joined = isinstance(rule.rule, And | Or)
    parts = rule.rule.parts if isinstance(rule.rule, And | Or) else (rule.rule,)
    rows = tuple(_row_of(part, fields) for part in parts)
    known = tuple(row for row in rows if row is not None)
    if len(known) < len(rows) or len(rows) > ROWS_LIMIT:
        return None
    join = Join.ANY if joined and isinstance(rule.rule, Or) else Join.ALL
    return RuleDraft(name, rule.effect, join, known)


def draft_of_line(line: str, fields: Fields, name: str = "") -> RuleDraft | None:
    """The same for a rule as text; None too where it cannot be read."""
    try:
        (rule,) = read_filter(line, fields)
    except ValueError:
        return None
    return draft_of(rule, fields, name)


def words_of(rule: FilterRule, fields: Fields) -> str | None:
    """What a rule does, as a sentence: `Only where state is one of CA, WA.` None where rows cannot say it."""
    draft = draft_of(rule, fields)
    if draft is None:
        return None
    told = (" or " if draft.join == Join.ANY else " and ").join(_said(row, fields[row.field]) for row in draft.rows)
    return f"{'Only' if rule.effect is Effect.REQUIRE else 'Not'} where {told}."


def picks_of(field: Field) -> tuple[tuple[str, str], ...]:
    """The values to choose from, each with its words; none where any text or number may be written."""
    if field.name == "goal.occupation":
        return tuple((soc, occupation_label(soc)) for soc in occupations())
    if field.name == "practical.state":
        return tuple((code, f"{name} ({code})") for code, name in STATES.items())
    return tuple((value, field.words(value)) for value in field.values)


def split_values(text: str) -> tuple[str, ...]:
    """Values that were written with commas or on lines of their own."""
    parts = (part.strip() for part in text.replace("\n", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _compared(number: int, row: Row, fields: Fields) -> Rule:
    field = fields.get(row.field)
    if field is None or field.kind not in ASKS:
        raise RowError(number, "field", "There is no such field. Remove this condition.")
    if row.ask not in ASKS[field.kind]:
        raise RowError(number, "ask", "Choose how to compare.")
    ask = Ask(row.ask)
    if ask is Ask.SAID:
        return Comparison(field.name, Operator.EXISTS)
    values = tuple(_literal(number, field, value) for value in row.values if value.strip())
    if not values:
        raise RowError(number, "values", "Choose or write what it is compared with.")
    if ask in _LISTS:
        one, many = _LISTS[ask]
        comparison = (
            Comparison(field.name, one, values[0]) if len(values) == 1 else Comparison(field.name, many, values)
        )
    elif len(values) > 1:
        raise RowError(number, "values", f"Choose one only, since “{ASK_WORDS[ask]}” takes one.")
    else:
        comparison = Comparison(field.name, _SINGLE.get(ask, Operator.CONTAINS), values[0])
    problem = problem_of(comparison, fields)
    if problem:
        raise RowError(number, "values", f"{problem[:1].upper()}{problem[1:]}.")
    return Not(comparison) if ask is Ask.LACKS else comparison


def _literal(number: int, field: Field, value: str) -> Literal:
    text = value.strip()
    if field.kind is not Kind.NUMBER:
        # Codes of a vocabulary are found whatever the case they were written in.
        return next((known for known in field.values if known.casefold() == text.casefold()), text)
    try:
        amount = float(text.replace(",", "").removeprefix("$"))
    except ValueError:
        raise RowError(number, "values", "Write a number, such as 3 or 3.4.") from None
    if amount != amount or amount in (float("inf"), float("-inf")):
        raise RowError(number, "values", "Write a number, such as 3 or 3.4.")
    return int(amount) if amount.is_integer() else amount


def _row_of(part: Rule, fields: Fields) -> Row | None:
    if isinstance(part, Not):
        inner = _row_of(part.part, fields)
        lacks = inner is not None and inner.ask == Ask.HAS
        return Row(inner.field, Ask.LACKS, inner.values) if inner is not None and lacks else None
    if not isinstance(part, Comparison):
        return None
    ask = _ask_of(part.operator)
    if ask is None or ask not in ASKS.get(fields[part.field].kind, ()):
        return None
    operand = part.operand
    if ask is Ask.SAID:
        return Row(part.field, ask)
    values: Iterable[object] = operand if isinstance(operand, tuple) else (operand,)
    if not all(isinstance(value, str | int | float) for value in values):
        return None  # another field, not a value
    return Row(part.field, ask, tuple(f"{value:.15g}" if isinstance(value, float) else str(value) for value in values))


def _ask_of(operator: Operator) -> Ask | None:
    if operator is Operator.EXISTS:
        return Ask.SAID
    return _BACK.get(operator) or next((ask for ask, pair in _LISTS.items() if operator in pair), None)


def _said(row: Row, field: Field) -> str:
    if row.ask == Ask.SAID:
        return f"{field.label} is known"
    told = [field.words(float(value) if field.kind is Kind.NUMBER else value) for value in row.values]
    asked = ASK_WORDS[Ask(row.ask)]
    if len(told) == 1 and asked.endswith(" of"):
        asked = "is" if row.ask == Ask.ONE_OF else "is not"
    return f"{field.label} {asked} {', '.join(told)}"
