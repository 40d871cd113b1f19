"""Random but valid rules and records over a few fields of every kind."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from webapp.domain.rule import OPERATORS, And, Comparison, Field, Fields, Kind, Not, Operator, Or, Reference, Rule

LEVELS = ("none", "some", "much")
TOWNS = ("Aix", "Bonn", "Cork")
FIELDS: Fields = {
    field.name: field
    for field in (
        Field(name="age", kind=Kind.NUMBER, label="age", low=0),
        Field(name="gpa", kind=Kind.NUMBER, label="GPA", low=0, high=4),
        Field(name="debt", kind=Kind.NUMBER, label="debt"),
        Field(name="level", kind=Kind.ORDERED, label="level", values=LEVELS),
        Field(name="asked.level", kind=Kind.ORDERED, label="level asked for", values=LEVELS),
        Field(name="town", kind=Kind.TEXT, label="town", values=TOWNS),
        Field(name="towns", kind=Kind.SET, label="towns", values=TOWNS),
        Field(name="note", kind=Kind.TEXT, label="note"),
        Field(name="words", kind=Kind.SET, label="words"),
        Field(name="member", kind=Kind.BOOLEAN, label="member"),
        Field(name="other.member", kind=Kind.BOOLEAN, label="the other's membership"),
        Field(name="born", kind=Kind.DATE, label="born"),
    )
}
REFERENCES = {
    "gpa": ("debt", "age"),
    "level": ("asked.level",),
    "member": ("other.member",),
    "note": ("town",),
    "town": ("note",),
}
_NUMBERS = (-1, 0, 1, 2.5, 4, 5, 1e-7)
_NOTES = ("Aix", "aix", 'a "quoted" word', "back\\slash", "", "ñandú and or (", "two\tparts")
_DATES = tuple(date(1999, 12, 30) + timedelta(days=days) for days in range(4))
_JOINED: tuple[type[And | Or], ...] = (And, Or)
MOST_LEAVES = 8


def literals(field: Field) -> Sequence[Any]:
    """The values that may stand in a rule about a field."""
    match field.kind:
        case Kind.NUMBER:
            return _NUMBERS
        case Kind.BOOLEAN:
            return False, True
        case Kind.DATE:
            return _DATES
        case _:
            return field.values or _NOTES


def _comparison(chance: Random) -> Comparison:
    """One valid comparison."""
    field = chance.choice(list(FIELDS.values()))
    operator = chance.choice(sorted(OPERATORS[field.kind]))
    if operator is Operator.EXISTS:
        return Comparison(field.name, operator)
    other = chance.random() < 0.5
    if operator in (Operator.IN, Operator.NOT_IN):
        if field.kind is Kind.TEXT and other:
            return Comparison(field.name, operator, Reference(chance.choice(["towns", "words"])))
        return Comparison(field.name, operator, tuple(chance.choices(literals(field), k=chance.randint(1, 4))))
    if operator is Operator.CONTAINS and field.kind is Kind.SET and other:
        return Comparison(field.name, operator, Reference("town"))
    if operator is not Operator.CONTAINS and field.name in REFERENCES and other:
        return Comparison(field.name, operator, Reference(chance.choice(REFERENCES[field.name])))
    return Comparison(field.name, operator, chance.choice(literals(field)))


def _rule(chance: Random, leaves: int) -> Rule:
    if chance.random() < 0.25:
        return Not(_rule(chance, leaves))
    if leaves == 1:
        return _comparison(chance)
    cuts = sorted(chance.sample(range(1, leaves), min(leaves - 1, chance.randint(1, 2))))
    parts = tuple(_rule(chance, after - before) for before, after in pairwise([0, *cuts, leaves]))
    return chance.choice(_JOINED)(parts)


def rules() -> st.SearchStrategy[Rule]:
    """Valid rules, a few levels deep; `and` and `or` join two parts or three. What fails is shrunk by its leaves."""
    return st.tuples(st.integers(1, MOST_LEAVES), _SEEDS).map(lambda drawn: _rule(Random(drawn[1]), drawn[0]))


def _value(chance: Random, field: Field) -> Any:
    if field.name == "gpa":
        return chance.choice([0, 1, 2.5, 4])
    if field.name == "age":
        return chance.choice([0, 1, 5])
    if field.kind is Kind.SET:
        return tuple(chance.choices(literals(field), k=chance.randint(0, 3)))
    return chance.choice(literals(field))


def _record(known: int, seed: int) -> dict[str, Any]:
    chance = Random(seed)
    some = chance.sample(sorted(FIELDS), known)
    return {name: None if chance.random() < 0.3 else _value(chance, FIELDS[name]) for name in some}


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records with any of their fields unknown, by their absence or as None."""
    return st.tuples(st.integers(0, len(FIELDS)), _SEEDS).map(lambda drawn: _record(*drawn))


_SEEDS = st.integers(0, 2**40)
