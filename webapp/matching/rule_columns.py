"""Rules worked out for many records at once: the same language and the same answers as `domain.rule_evaluation`.

Every side of a comparison is a Column; a value, or an answer that is the same for all records, is a column of length 1
that numpy stretches. Results are int8 arrays of -1 (false), 0 (unknown) and 1 (true): `and` is the minimum, `or` the
maximum, `not` the negative.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from webapp.domain.rule import RISING, And, Comparison, Field, Fields, Kind, Not, Operator, Or, Reference, Rule
from webapp.domain.rule_evaluation import bounds, known_value, vocabulary
from webapp.matching.arrays import Ints, Mask, Words

Numbers: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Values of one field. What stands where `known` is false does not matter.

    Numbers, places in a vocabulary, dates (ordinals) and booleans are numbers; text is a code into `words`, a set is
    bits over `words`, 64 to a block (shape: records x blocks). `words` are folded to lower case.
    """

    values: Numbers
    known: Mask
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, field: Field, raw: Sequence[object]) -> "Column":
        """A column of values as they stand in records."""
        values = [known_value(field, value) for value in raw]
        known = np.array([value is not None for value in values], dtype=np.bool_)
        if field.kind is Kind.TEXT:
            codes = {word: code for code, word in enumerate(dict.fromkeys(v for v in values if v is not None))}
            return cls(np.array([codes.get(value, -1) for value in values], dtype=np.int64), known, tuple(codes))
        if field.kind is Kind.SET:
            return _sets(values, known)
        return cls(np.array([0 if value is None else value for value in values], dtype=np.float64), known)


def _sets(values: Sequence[frozenset[str] | None], known: Mask) -> Column:
    words = tuple(sorted({word for value in values if value for word in value}))
    place = {word: at for at, word in enumerate(words)}
    blocks = np.zeros((len(values), len(words) // 64 + 1), dtype=np.uint64)
    for row, value in enumerate(values):
        for word in value or ():
            at = place[word]
            blocks[row, at // 64] |= np.uint64(1 << (at % 64))
    return Column(blocks, known, words)


Columns: TypeAlias = Mapping[str, Column]


def evaluate_columns(rule: Rule, columns: Columns, fields: Fields) -> Ints:
    """The rule for every record. The columns are all of one length, or of length 1; so is the result.

    Fields without a column are unknown. The rule must be free of problems (`rule.problem_of`).
    """
    match rule:
        case Comparison():
            return _compare(rule, columns, fields)
        case Not():
            negative: Ints = -evaluate_columns(rule.part, columns, fields)
            return negative
        case And():
            return reduce(np.minimum, (evaluate_columns(part, columns, fields) for part in rule.parts))
        case Or():
            return reduce(np.maximum, (evaluate_columns(part, columns, fields) for part in rule.parts))


_NOTHING = Column(np.zeros(1), np.zeros(1, dtype=np.bool_))
_NO_WORDS = Column(np.zeros((1, 1), dtype=np.uint64), np.zeros(1, dtype=np.bool_))


def _column(field: Field, columns: Columns) -> Column:
    blank = _NO_WORDS if field.kind is Kind.SET else _NOTHING
    return columns.get(field.name, blank)


def _compare(rule: Comparison, columns: Columns, fields: Fields) -> Ints:
    field, operator, operand = fields[rule.field], rule.operator, rule.operand
    has = _column(field, columns)
    if operator is Operator.EXISTS:
        return np.where(has.known, 1, -1).astype(np.int8)
    if operator in (Operator.UNEQUAL, Operator.NOT_IN):
        same = Operator.EQUAL if operator is Operator.UNEQUAL else Operator.IN
        negative: Ints = -_compare(Comparison(rule.field, same, operand), columns, fields)
        return negative
    needs = None if not isinstance(operand, Reference) else _column(fields[operand.name], columns)
    if field.kind is Kind.TEXT and operator in (Operator.IN, Operator.EQUAL, Operator.CONTAINS):
        return _text(field, operator, has, operand if needs is None else needs)
    if field.kind is Kind.SET:
        words = Column.of(_WORD, [operand]) if needs is None else needs
        return _three(_member(words, has), has.known & words.known)
    if operator is Operator.IN and isinstance(operand, tuple):
        listed = [known_value(field, value) for value in operand]
        return _three(np.isin(has.values, np.array(listed, dtype=np.float64)), has.known)
    return _numbers(field, operator, has, Column.of(field, [operand]) if needs is None else needs)


_WORD = Field(name="word", kind=Kind.TEXT, label="word")
_TESTS: Mapping[Operator, Any] = {
    Operator.EQUAL: np.equal,
    Operator.LESS: np.less,
    Operator.AT_MOST: np.less_equal,
    Operator.MORE: np.greater,
    Operator.AT_LEAST: np.greater_equal,
}


def _numbers(field: Field, operator: Operator, has: Column, needs: Column) -> Ints:
    test = _TESTS[operator]
    result = _three(test(has.values, needs.values), has.known & needs.known)
    if operator not in RISING or has.known.all():
        return result
    low, high = bounds(field)
    hardest, easiest = (low, high) if operator in (Operator.MORE, Operator.AT_LEAST) else (high, low)
    always = test(hardest, needs.values) if hardest is not None else np.zeros(1, dtype=np.bool_)
    never = ~test(easiest, needs.values) if easiest is not None else np.zeros(1, dtype=np.bool_)
    whatever = np.where(needs.known, np.where(always, 1, np.where(never, -1, 0)), 0)
    return np.where(has.known, result, whatever).astype(np.int8)


def _text(field: Field, operator: Operator, has: Column, other: Any) -> Ints:
    if operator is Operator.EQUAL and isinstance(other, Column):
        mine = {word: code for code, word in enumerate(has.words)}
        codes = np.array([*(mine.get(word, -2) for word in other.words), -2], dtype=np.int64)[other.values.astype(int)]
        return _three(has.values == codes, has.known & other.known)
    if operator is Operator.IN and isinstance(other, Column):
        result = _three(_member(has, other), has.known & other.known)
        if field.values and not has.known.all():
            every = _holds_all(other, vocabulary(field)) & other.known
            result = np.where(has.known, result, every.astype(np.int8)).astype(np.int8)
        return result
    folded = {str(value).casefold() for value in (other if isinstance(other, tuple) else (other,))}
    if operator is Operator.CONTAINS:
        fits = [any(part in word for part in folded) for word in has.words]
    else:
        fits = [word in folded for word in has.words]
    result = _three(np.array([*fits, False], dtype=np.bool_)[has.values.astype(int)], has.known)
    covered = operator is Operator.IN and bool(field.values) and vocabulary(field) <= folded
    return np.where(has.known, result, 1).astype(np.int8) if covered else result


def _member(words: Column, sets: Column) -> Mask:
    """Whether each word stands in each set."""
    place = {word: at for at, word in enumerate(sets.words)}
    at = np.array([*(place.get(word, -1) for word in words.words), -1], dtype=np.int64)[words.values.astype(int)]
    if len(at) == 1:
        (one,) = at.tolist()
        same: Mask = (sets.values[:, max(one, 0) // 64] & np.uint64(1 << (max(one, 0) % 64))) != 0
        return same if one >= 0 else np.zeros(len(sets.values), dtype=np.bool_)
    rows = np.arange(len(sets.values)) if len(sets.values) > 1 else 0
    blocks: Words = sets.values[rows, np.maximum(at, 0) // 64]
    held: Mask = (blocks >> (np.maximum(at, 0) % 64).astype(np.uint64)) & np.uint64(1) != 0
    within: Mask = held & (at >= 0)
    return within


def _holds_all(sets: Column, words: frozenset[str]) -> Mask:
    place = {word: at for at, word in enumerate(sets.words)}
    if not words <= place.keys():
        return np.zeros(len(sets.values), dtype=np.bool_)
    wanted = [0] * sets.values.shape[1]
    for word in words:
        wanted[place[word] // 64] |= 1 << (place[word] % 64)
    mask = np.array(wanted, dtype=np.uint64)
    return np.asarray(((sets.values & mask) == mask).all(axis=1), dtype=np.bool_)


def _three(truth: Mask, known: Mask) -> Ints:
    return np.where(known, np.where(truth, 1, -1), 0).astype(np.int8)
