"""Rules as text: `education >= bachelor and not state in ("TX", "NY")`.

Words of an ordered vocabulary, true, false and field names stand bare; text stands in double quotes (`\\"` and `\\\\`
inside); dates are `YYYY-MM-DD`. `not` binds closest, then `and`, then `or`; brackets group. `read` and `write` are each
other's inverse.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from webapp.domain.rule import (
    And,
    Comparison,
    Field,
    Fields,
    Kind,
    Literal,
    Not,
    Operand,
    Operator,
    Or,
    Reference,
    Rule,
    problem_of,
)

LENGTH_LIMIT = 4000
DEPTH_LIMIT = 20
"""Brackets and `not` within each other: more than this is refused, so that no text can exhaust the stack."""


class RuleTextError(ValueError):
    """A rule was refused: where (line and column, from 1), what was found, and what was expected."""

    def __init__(self, line: int, column: int, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        super().__init__(f"line {line}, column {column}: {problem}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


_TOKENS = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?![A-Za-z0-9_.]))
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?(?![A-Za-z0-9_.]))
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)
      | (?P<text>"(?:[^"\\\n]|\\["\\])*")
      | (?P<sign>!=|<=|>=|[=<>(),])""",
    re.VERBOSE,
)
_JOINTS = frozenset({"and", "or", "not", "in", "contains", "exists"})


def read(text: str, fields: Fields) -> Rule:
    """The rule a text says, every comparison checked against the fields; RuleTextError names the first wrong place."""
    if len(text) > LENGTH_LIMIT:
        raise RuleTextError(1, LENGTH_LIMIT + 1, f"the rule has {len(text)} characters; write at most {LENGTH_LIMIT}")
    return _Reader(text, fields).whole()


def write(rule: Rule, fields: Fields) -> str:
    """A rule as text, with no more brackets than it needs."""
    match rule:
        case Comparison():
            return _comparison(rule, fields)
        case Not():
            inner = write(rule.part, fields)
            return f"not {inner}" if isinstance(rule.part, Comparison | Not) else f"not ({inner})"
        case And():
            return " and ".join(
                f"({write(part, fields)})" if isinstance(part, And | Or) else write(part, fields) for part in rule.parts
            )
        case Or():
            return " or ".join(
                f"({write(part, fields)})" if isinstance(part, Or) else write(part, fields) for part in rule.parts
            )


def _comparison(rule: Comparison, fields: Fields) -> str:
    if rule.operator is Operator.EXISTS:
        return f"{rule.field} exists"
    operand = rule.operand
    if isinstance(operand, Reference):
        said = operand.name
    elif isinstance(operand, tuple):
        said = f"({', '.join(_literal(value, fields[rule.field]) for value in operand)})"
    else:
        said = _literal(operand, fields[rule.field])
    return f"{rule.field} {rule.operator} {said}"


def _literal(value: Literal | None, field: Field) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        if field.kind is Kind.ORDERED:
            return value
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)


class _Reader:
    """A reader by recursive descent, one method for each level of binding."""

    def __init__(self, text: str, fields: Fields) -> None:
        self.text, self.fields = text, fields
        self.tokens = list(self._split())
        self.at = 0
        self.depth = 0

    def _split(self) -> Iterator[_Token]:
        start = 0
        while start < len(self.text):
            found = _TOKENS.match(self.text, start)
            if found is None or found.lastgroup is None:
                quoted = self.text[start] == '"'
                self.refuse(
                    start,
                    "this text has no closing quote, or a backslash before something else than a quote or a backslash"
                    if quoted
                    else f"{self.text[start : start + 12].split()[0]} is not a name, a value or an operator",
                )
            if found.lastgroup != "space":
                yield _Token(found.lastgroup, found.group(), start)
            start = found.end()
        yield _Token("end", "the end", len(self.text))

    def refuse(self, start: int, problem: str) -> NoReturn:
        before = self.text[:start]
        raise RuleTextError(before.count("\n") + 1, start - (before.rfind("\n") + 1) + 1, problem)

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def expected(self, what: str) -> NoReturn:
        self.refuse(self.token.start, f"expected {what}, found {self.token.text}")

    def take(self, *texts: str) -> str | None:
        token = self.token
        if token.kind in ("word", "sign") and token.text in texts:
            self.at += 1
            return token.text
        return None

    def whole(self) -> Rule:
        rule = self.either()
        if self.token.kind != "end":
            self.expected("and, or, or the end")
        return rule

    def either(self) -> Rule:
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Rule:
        parts = [self.single()]
        while self.take("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def single(self) -> Rule:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            self.refuse(self.token.start, f"more than {DEPTH_LIMIT} brackets or nots within each other")
        if self.take("not"):
            rule: Rule = Not(self.single())
        elif self.take("("):
            rule = self.either()
            if not self.take(")"):
                self.expected("a closing bracket")
        else:
            rule = self.comparison()
        self.depth -= 1
        return rule

    def comparison(self) -> Rule:
        place = self.token
        if place.kind != "word" or place.text in _JOINTS:
            self.expected("a field, not, or an opening bracket")
        if place.text not in self.fields:
            self.refuse(place.start, f"there is no field {place.text}; expected one of {', '.join(self.fields)}")
        self.at += 1
        field = self.fields[place.text]
        operator = self.operator()
        value_place = self.token
        operand: Operand = None
        if operator in (Operator.IN, Operator.NOT_IN) and self.take("("):
            operand = self.values(field)
        elif operator is not Operator.EXISTS:
            operand = self.value(field)
        comparison = Comparison(field.name, operator, operand)
        problem = problem_of(comparison, self.fields)
        if problem:
            self.refuse(value_place.start if operand is not None else place.start, problem)
        return comparison

    def operator(self) -> Operator:
        found = self.take("=", "!=", "<", "<=", ">", ">=", "in", "contains", "exists")
        if found is not None:
            return Operator(found)
        if self.take("not"):
            if self.take("in"):
                return Operator.NOT_IN
            self.expected("in")
        return self.expected(f"one of {', '.join(Operator)}")

    def values(self, field: Field) -> tuple[Literal, ...]:
        values = [self.literal(field)]
        while self.take(","):
            values.append(self.literal(field))
        if not self.take(")"):
            self.expected("a comma or a closing bracket")
        return tuple(values)

    def value(self, field: Field) -> Operand:
        token = self.token
        if token.kind == "word" and token.text in self.fields and token.text not in field.values:
            self.at += 1
            return Reference(token.text)
        return self.literal(field)

    def literal(self, field: Field) -> Literal:
        token = self.token
        value = _read_literal(token, field)
        if value is None:
            self.expected(
                _WANTED[field.kind] + (f" ({', '.join(field.values)})" if 0 < len(field.values) <= 12 else "")
            )
        self.at += 1
        return value


_WANTED = {
    Kind.NUMBER: "a number",
    Kind.TEXT: "text in double quotes",
    Kind.SET: "text in double quotes",
    Kind.ORDERED: "a word of the vocabulary",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date as YYYY-MM-DD",
}


def _read_literal(token: _Token, field: Field) -> Literal | None:
    match field.kind, token.kind:
        case Kind.NUMBER, "number":
            return float(token.text) if set(token.text) & set(".e") else int(token.text)
        case ((Kind.TEXT | Kind.SET), "text"):
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        case Kind.ORDERED, ("word" | "text"):
            return token.text.strip('"')
        case Kind.BOOLEAN, "word" if token.text in ("true", "false"):
            return token.text == "true"
        case Kind.DATE, "date":
            try:
                return date.fromisoformat(token.text)
            except ValueError:
                return None
    return None
