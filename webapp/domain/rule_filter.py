"""Filters: a school's numbered rules on the leads it takes, one rule a line.

`require background.education >= bachelor` keeps a lead out unless the rule is true, `exclude practical.state = "TX"`
keeps it out where the rule is true. Blank lines and lines that start with `#` count for nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from webapp.domain.rule import Fields, Operator, Record, Rule
from webapp.domain.rule_evaluation import Evaluation, Line, Truth, evaluate
from webapp.domain.rule_text import RuleTextError, read

RULES_LIMIT = 50


class Effect(StrEnum):
    """What a rule of a filter does."""

    REQUIRE = "require"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class FilterRule:
    """One line of a filter. `number` counts the rules from 1, as people read them."""

    number: int
    effect: Effect
    rule: Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule of a filter says of one lead. `passes` is unknown where the lead does not tell."""

    number: int
    effect: Effect
    passes: Truth
    evaluation: Evaluation

    def __str__(self) -> str:
        return f"this lead {_OUTCOMES[self.passes]} rule {self.number}: {self.why}"

    @property
    def why(self) -> str:
        """The facts that decided, in words: `state TX`, or `education high school (asked for: at least …)`."""
        lines = self.evaluation.deciding
        if self.effect is Effect.EXCLUDE:
            return "; ".join(dict.fromkeys(line.fact for line in lines))
        return "; ".join(dict.fromkeys(f"{line.fact} (asked for: {wanted_of(line)})" for line in lines))

    @property
    def facts(self) -> str:
        """The facts that decided, alone: `state TX`."""
        return "; ".join(dict.fromkeys(line.fact for line in self.evaluation.deciding))

    @property
    def asked(self) -> str:
        """What the school asks for, of the facts that decided, as it would say it: `only CA, WA`."""
        return "; ".join(dict.fromkeys(_as_said(line) for line in self._taken(self.evaluation.deciding)))

    @property
    def trace(self) -> tuple[Line, ...]:
        """Every comparison, each turned so that what is true of it is what the school takes."""
        return tuple(self._taken(self.evaluation.trace))

    @property
    def sentence(self) -> str:
        """What came of the rule once it was applied: `excluded by rule 3: state TX`."""
        return f"{_APPLIED[self.passes]} rule {self.number}: {self.why}"

    @property
    def wanted(self) -> tuple[str, ...]:
        """What the school takes, of the facts that decided, in words for the student: `state: not Texas`."""
        lines = self._taken(self.evaluation.deciding)
        return tuple(dict.fromkeys(f"{line.field.label}: {wanted_of(line)}" for line in lines))

    def _taken(self, lines: Iterable[Line]) -> Iterable[Line]:
        return (line.opposite if self.effect is Effect.EXCLUDE else line for line in lines)


def wanted_of(line: Line) -> str:
    """What a comparison asks for, with the “at least” that goes without saying where entry rules are listed."""
    at_least = line.operator is (Operator.LESS if line.negated else Operator.AT_LEAST)
    return f"at least {line.need}" if at_least else line.need


def _as_said(line: Line) -> str:
    need, once = wanted_of(line), line.operator in (Operator.EQUAL, Operator.IN) and not line.negated
    return f"only {need.removeprefix('one of ')}" if once else need


@dataclass(frozen=True, slots=True)
class Sifting:
    """What a filter says of one lead: the first rule that keeps it out, else the first that cannot tell, else None."""

    passes: Truth
    decision: Decision | None
    decisions: tuple[Decision, ...]


_OUTCOMES = {
    Truth.FALSE: "would be excluded by",
    Truth.UNKNOWN: "does not say enough for",
    Truth.TRUE: "passes",
}
_APPLIED = {Truth.FALSE: "excluded by", Truth.UNKNOWN: "cannot be told by", Truth.TRUE: "passes"}


def read_filter(text: str, fields: Fields) -> tuple[FilterRule, ...]:
    """The rules of a filter; RuleTextError names the line and column of the first fault."""
    rules: list[FilterRule] = []
    for number, line in enumerate(text.splitlines(), 1):
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        word, _, rest = body.partition(" ")
        column = line.index(body) + 1
        if word not in list(Effect):
            raise RuleTextError(number, column, f"expected require or exclude, found {word}")
        if len(rules) == RULES_LIMIT:
            raise RuleTextError(number, column, f"a filter has at most {RULES_LIMIT} rules")
        try:
            rule = read(rest, fields)
        except RuleTextError as error:
            raise RuleTextError(number, column + len(word) + error.column, error.problem) from None
        rules.append(FilterRule(len(rules) + 1, Effect(word), rule))
    return tuple(rules)


def fault_in(text: str, fields: Fields) -> RuleTextError | None:
    """The first fault of a text that is to be a filter; None where it can be read."""
    try:
        read_filter(text, fields)
    except RuleTextError as error:
        return error
    return None


def sift(rules: tuple[FilterRule, ...], record: Record, fields: Fields) -> Sifting:
    """Hold one lead against every rule of a filter."""
    decisions = []
    for rule in rules:
        evaluation = evaluate(rule.rule, record, fields)
        passes = Truth(-evaluation.truth) if rule.effect is Effect.EXCLUDE else evaluation.truth
        decisions.append(Decision(rule.number, rule.effect, passes, evaluation))
    passes = min((decision.passes for decision in decisions), default=Truth.TRUE)
    first = next((each for each in decisions if each.passes is passes), None) if passes is not Truth.TRUE else None
    return Sifting(passes, first, tuple(decisions))
