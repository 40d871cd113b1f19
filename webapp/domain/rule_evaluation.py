"""What a rule comes to for one record, with a trace of every comparison.

Three values, joined as in Kleene's strong logic (Introduction to Metamathematics, 1952, section 64): `and`
is the least, `or` the greatest, `not` the opposite. A comparison with something unknown is unknown, but for one case:
where every value the unknown field may hold gives the same answer, that is the answer (nobody has less than no
statistics).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Any

from webapp.domain.rule import RISING, And, Comparison, Field, Fields, Kind, Not, Operator, Or, Record, Reference, Rule


class Truth(IntEnum):
    """True, false, or not known. The order makes `and` the least and `or` the greatest."""

    FALSE = -1
    UNKNOWN = 0
    TRUE = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison of a rule on one record: what it asks for, what the record has, and what came of it.

    Under `not` it is `negated`: the opposite is asked for, and `truth` is about that. `needs` and `has` are values as
    they stand in the rule and the record, None where unknown.
    """

    field: Field
    operator: Operator
    negated: bool
    needs: Any
    has: Any
    truth: Truth

    def __str__(self) -> str:
        has = "nothing" if self.has is None else _said(self.field, self.has)
        return f"needs {self.field.label}: {self.need}; you said: {has}"

    @property
    def need(self) -> str:
        """What is asked for, in words."""
        if self.needs is None and self.operator is not Operator.EXISTS:
            return "not published"
        return _NEEDS[self.operator][self.negated].format(_said(self.field, self.needs))

    @property
    def opposite(self) -> "Line":
        """The same comparison, asked the other way round."""
        return replace(self, negated=not self.negated, truth=Truth(-self.truth))

    @property
    def fact(self) -> str:
        """What the record has, in words: `state TX`."""
        return f"{self.field.label} {'not known' if self.has is None else _said(self.field, self.has)}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a rule comes to for one record. `trace` holds every comparison in order.

    `deciding` holds those that made it so: of a false `and` the false ones, of a true `or` the true ones.
    """

    truth: Truth
    trace: tuple[Line, ...]
    deciding: tuple[Line, ...]

    def __str__(self) -> str:
        return "; ".join(str(line) for line in self.deciding)


def evaluate(rule: Rule, record: Record, fields: Fields) -> Evaluation:
    """Work a rule out for one record. The rule must be free of problems (`rule.problem_of`)."""
    return _evaluate(rule, record, fields, negated=False)


def _evaluate(rule: Rule, record: Record, fields: Fields, *, negated: bool) -> Evaluation:
    match rule:
        case Comparison():
            line = _line(rule, record, fields, negated=negated)
            return Evaluation(line.truth, (line,), (line,))
        case Not():
            return _evaluate(rule.part, record, fields, negated=not negated)
        case And() | Or():
            parts = [_evaluate(part, record, fields, negated=negated) for part in rule.parts]
            least = isinstance(rule, And) != negated  # de Morgan: under `not`, `and` joins like `or`
            truth = (min if least else max)(
                (part.truth for part in parts), default=Truth.TRUE if least else Truth.FALSE
            )
            trace = tuple(line for part in parts for line in part.trace)
            deciding = tuple(line for part in parts if part.truth is truth for line in part.deciding)
            return Evaluation(truth, trace, deciding)


def _line(rule: Comparison, record: Record, fields: Fields, *, negated: bool) -> Line:
    field = fields[rule.field]
    has = known_value(field, record.get(field.name))
    if isinstance(rule.operand, Reference):
        other = fields[rule.operand.name]
        needs = known_value(other, record.get(other.name))
    elif isinstance(rule.operand, tuple):
        needs = frozenset(known_value(field, value) for value in rule.operand)
    else:
        needs = None if rule.operand is None else _atom(field, rule.operand)
    truth = compare(field, rule.operator, has, needs)
    raw = record.get(rule.operand.name) if isinstance(rule.operand, Reference) else rule.operand
    return Line(
        field=field,
        operator=rule.operator,
        negated=negated,
        needs=None if needs is None else raw,
        has=None if has is None else record.get(field.name),
        truth=Truth(-truth) if negated else truth,
    )


def _atom(field: Field, value: object) -> object:
    """A literal in the form in which it is compared; a word that a set is to contain is a word, not a set."""
    return str(value).casefold() if field.kind is Kind.SET else known_value(field, value)


def known_value(field: Field, value: Any) -> Any:
    """A value in the form in which it is compared, or None where it is unknown.

    Numbers stay, an ordered word becomes its place in the vocabulary, a date its ordinal, text is folded to lower case,
    a set becomes a frozenset. Raises TypeError for a value of another kind.
    """
    if value is None or value != value:
        return None
    match field.kind:
        case Kind.ORDERED:
            return field.values.index(value) if value in field.values else None
        case Kind.SET if isinstance(value, frozenset | set | tuple | list):
            return frozenset(str(item).casefold() for item in value)
        case Kind.TEXT if isinstance(value, str):
            return value.casefold()
        case Kind.DATE if isinstance(value, date):
            return value.toordinal()
        case Kind.BOOLEAN if isinstance(value, bool):
            return value
        case Kind.NUMBER if isinstance(value, int | float) and not isinstance(value, bool):
            return value
    raise TypeError(f"{field.name} is of kind {field.kind}, not {type(value).__name__}")


def compare(field: Field, operator: Operator, has: Any, needs: Any) -> Truth:
    """One comparison of values in the form of `known_value`; None is unknown."""
    if operator is Operator.EXISTS:
        return Truth.FALSE if has is None else Truth.TRUE
    if operator in (Operator.UNEQUAL, Operator.NOT_IN):
        same = Operator.EQUAL if operator is Operator.UNEQUAL else Operator.IN
        return Truth(-compare(field, same, has, needs))
    if needs is None:
        return Truth.UNKNOWN
    if has is None:
        return _whatever(field, operator, needs)
    return Truth.TRUE if _TESTS[operator](has, needs) else Truth.FALSE


def _whatever(field: Field, operator: Operator, needs: Any) -> Truth:
    """The answer where the field is unknown but every value it may hold gives the same."""
    if operator is Operator.IN and field.values and field.kind is Kind.TEXT:
        return Truth.TRUE if vocabulary(field) <= needs else Truth.UNKNOWN
    if operator not in RISING:
        return Truth.UNKNOWN
    low, high = bounds(field)
    upward = operator in (Operator.MORE, Operator.AT_LEAST)
    hardest, easiest = (low, high) if upward else (high, low)
    if hardest is not None and _TESTS[operator](hardest, needs):
        return Truth.TRUE
    return Truth.FALSE if easiest is not None and not _TESTS[operator](easiest, needs) else Truth.UNKNOWN


def bounds(field: Field) -> tuple[float | None, float | None]:
    """The least and the greatest value a field may hold, in the form of `known_value`; None where there is no bound."""
    return (0, len(field.values) - 1) if field.kind is Kind.ORDERED else (field.low, field.high)


def vocabulary(field: Field) -> frozenset[str]:
    """Every word a text field may hold, folded; empty where it may hold any."""
    return frozenset(word.casefold() for word in field.values)


_TESTS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: lambda has, needs: bool(has == needs),
    Operator.LESS: lambda has, needs: bool(has < needs),
    Operator.AT_MOST: lambda has, needs: bool(has <= needs),
    Operator.MORE: lambda has, needs: bool(has > needs),
    Operator.AT_LEAST: lambda has, needs: bool(has >= needs),
    Operator.IN: lambda has, needs: has in needs,
    Operator.CONTAINS: lambda has, needs: needs in has,
}
_NEEDS: Mapping[Operator, tuple[str, str]] = {
    Operator.EQUAL: ("{}", "not {}"),
    Operator.UNEQUAL: ("not {}", "{}"),
    Operator.LESS: ("less than {}", "{}"),
    Operator.AT_MOST: ("at most {}", "more than {}"),
    Operator.MORE: ("more than {}", "at most {}"),
    Operator.AT_LEAST: ("{}", "less than {}"),
    Operator.IN: ("one of {}", "none of {}"),
    Operator.NOT_IN: ("none of {}", "one of {}"),
    Operator.CONTAINS: ("{} among them", "{} not among them"),
    Operator.EXISTS: ("an answer", "no answer"),
}
"""What each comparison asks for, as it stands and under `not`."""


def _said(field: Field, value: Any) -> str:
    if isinstance(value, tuple | list | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return ", ".join(_said(field, item) for item in items) or "none"
    return field.words(value) or "empty text"
