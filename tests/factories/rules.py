"""Random but valid rules and records over a few fields of every kind."""

from datetime import date
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
_NUMBERS = st.sampled_from([-1, 0, 1, 2.5, 4, 5, 1e-7])
_NOTES = st.sampled_from(["Aix", "aix", 'a "quoted" word', "back\\slash", "", "ñandú and or (", "two\tparts"])


def literals(field: Field) -> st.SearchStrategy[Any]:
    """A value that may stand in a rule about a field."""
    match field.kind:
        case Kind.NUMBER:
            return _NUMBERS
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.DATE:
            return st.dates(date(1999, 12, 30), date(2000, 1, 2))
        case _:
            return st.sampled_from(field.values) if field.values else _NOTES


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """One valid comparison."""
    field = draw(st.sampled_from(list(FIELDS.values())))
    operator = draw(st.sampled_from(sorted(OPERATORS[field.kind])))
    if operator is Operator.EXISTS:
        return Comparison(field.name, operator)
    if operator in (Operator.IN, Operator.NOT_IN):
        if field.kind is Kind.TEXT and draw(st.booleans()):
            return Comparison(field.name, operator, Reference(draw(st.sampled_from(["towns", "words"]))))
        return Comparison(field.name, operator, tuple(draw(st.lists(literals(field), min_size=1, max_size=4))))
    if operator is Operator.CONTAINS and field.kind is Kind.SET and draw(st.booleans()):
        return Comparison(field.name, operator, Reference("town"))
    if operator is not Operator.CONTAINS and field.name in REFERENCES and draw(st.booleans()):
        return Comparison(field.name, operator, Reference(draw(st.sampled_from(REFERENCES[field.name]))))
    return Comparison(field.name, operator, draw(literals(field)))


def rules() -> st.SearchStrategy[Rule]:
    """Valid rules, a few levels deep; `and` and `or` join two parts or more."""
    return st.recursive(
        comparisons(),
        lambda parts: st.one_of(
            parts.map(Not),
            st.lists(parts, min_size=2, max_size=3).map(lambda some: And(tuple(some))),
            st.lists(parts, min_size=2, max_size=3).map(lambda some: Or(tuple(some))),
        ),
        max_leaves=8,
    )


def _values(field: Field) -> st.SearchStrategy[Any]:
    if field.name == "gpa":
        return st.sampled_from([0, 1, 2.5, 4])
    if field.name == "age":
        return st.sampled_from([0, 1, 5])
    if field.kind is Kind.SET:
        return st.lists(literals(field), max_size=3).map(tuple)
    return literals(field)


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records with any of their fields unknown, by their absence or as None."""
    return st.fixed_dictionaries({}, optional={name: st.none() | _values(field) for name, field in FIELDS.items()})
