"""Rules: conditions on typed fields that come out true, false or unknown.

One language serves two readers: whether a student may enter a program, and whether a lead passes a school's filter. A
rule compares fields with values or with other fields; `and`, `or` and `not` join comparisons. `rule_text` reads and
writes rules as text, `rule_evaluation` works one out for one record with a trace, and `matching.rule_columns` for many
records at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias


class Kind(StrEnum):
    """What a field holds. `ordered` is a word of a rising vocabulary, `set` several words."""

    NUMBER = "number"
    TEXT = "text"
    SET = "set"
    ORDERED = "ordered"
    BOOLEAN = "boolean"
    DATE = "date"


class Operator(StrEnum):
    """How a field is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    EXISTS = "exists"


_SAME = frozenset({Operator.EQUAL, Operator.UNEQUAL})
_LISTED = frozenset({Operator.IN, Operator.NOT_IN})
RISING = frozenset({Operator.LESS, Operator.AT_MOST, Operator.MORE, Operator.AT_LEAST})
OPERATORS: Mapping[Kind, frozenset[Operator]] = {
    Kind.NUMBER: _SAME | _LISTED | RISING | {Operator.EXISTS},
    Kind.TEXT: _SAME | _LISTED | {Operator.CONTAINS, Operator.EXISTS},
    Kind.SET: frozenset({Operator.CONTAINS, Operator.EXISTS}),
    Kind.ORDERED: _SAME | _LISTED | RISING | {Operator.EXISTS},
    Kind.BOOLEAN: _SAME | {Operator.EXISTS},
    Kind.DATE: _SAME | _LISTED | RISING | {Operator.EXISTS},
}
"""Which comparisons each kind of field takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field that rules may name.

    `values` is the vocabulary: rising for `ordered`, and all there is for text and sets that have one. `low` and `high`
    bound a number. `words` says a value in plain English.
    """

    name: str
    kind: Kind
    label: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    words: Callable[[Any], str] = str


Fields: TypeAlias = Mapping[str, Field]
Literal: TypeAlias = str | bool | int | float | date


@dataclass(frozen=True, slots=True)
class Reference:
    """The other side of a comparison, where it is a field and not a value."""

    name: str


Operand: TypeAlias = Literal | tuple[Literal, ...] | Reference | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field held against a value, several values, another field, or (for `exists`) nothing."""

    field: str
    operator: Operator
    operand: Operand = None


@dataclass(frozen=True, slots=True)
class And:
    """True where all are."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where one is."""

    parts: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false."""

    part: "Rule"


Rule: TypeAlias = Comparison | And | Or | Not
Record: TypeAlias = Mapping[str, object]
"""Values by field name. Missing, None, or a word outside the vocabulary of an ordered field: unknown."""


def problem_of(comparison: Comparison, fields: Fields) -> str | None:
    """What is wrong with a comparison, or None: the field and the operator are known and the other side fits."""
    field = fields.get(comparison.field)
    if field is None:
        return f"there is no field {comparison.field}"
    operator, operand = comparison.operator, comparison.operand
    if operator not in OPERATORS[field.kind]:
        fitting = ", ".join(o for o in Operator if o in OPERATORS[field.kind])
        return f"{field.name} is of kind {field.kind}, which takes {fitting}"
    if isinstance(operand, Reference):
        return _reference_problem(field, operator, operand, fields)
    if operator is Operator.EXISTS:
        return None if operand is None else "exists takes no value"
    if operator in _LISTED:
        if not isinstance(operand, tuple) or not operand:
            return f"{operator} takes a list of values in brackets"
        problems = (_literal_problem(field, value) for value in operand)
        return next((problem for problem in problems if problem), None)
    return _literal_problem(field, operand)


def _reference_problem(field: Field, operator: Operator, operand: Reference, fields: Fields) -> str | None:
    other = fields.get(operand.name)
    if other is None:
        return f"there is no field {operand.name}"
    if operator is Operator.EXISTS:
        return "exists takes no value"
    wanted = field.kind
    if operator in _LISTED:
        wanted = Kind.SET
        if field.kind is not Kind.TEXT:
            return f"{field.name} is of kind {field.kind}: only text can be looked for in a field"
    elif operator is Operator.CONTAINS:
        if field.kind is Kind.TEXT:
            return f"{field.name} is of kind text: name the words to look for"
        wanted = Kind.TEXT
    if other.kind is not wanted:
        return f"{other.name} is of kind {other.kind}, but {wanted} is needed here"
    if field.kind is Kind.ORDERED and other.values != field.values:
        return f"{field.name} and {other.name} have different vocabularies"
    return None


_TYPES: Mapping[Kind, type | tuple[type, ...]] = {
    Kind.NUMBER: (int, float),
    Kind.TEXT: str,
    Kind.SET: str,
    Kind.ORDERED: str,
    Kind.BOOLEAN: bool,
    Kind.DATE: date,
}


def _literal_problem(field: Field, value: object) -> str | None:
    fits = isinstance(value, _TYPES[field.kind]) and (isinstance(value, bool) == (field.kind is Kind.BOOLEAN))
    if not fits or value != value:
        return f"{field.name} is of kind {field.kind}, which {_shown(value)} is not"
    if field.values and isinstance(value, str) and value not in field.values:
        return f"{value} is not a value of {field.name}; use one of {', '.join(field.values)}"
    return None


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)
