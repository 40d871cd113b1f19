"""Statements about a match: what the student said, tied to what the listing says, with source and date."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from webapp.domain.listing import Listing, attribute_of
from webapp.domain.profile import Criterion, plain_dollars
from webapp.matching.context import Context

FACT_CODES = frozenset(("on_record",))


class Statement(NamedTuple):
    """A reason or a caveat: a code with parameters. Prose is made elsewhere.

    `student` is {"path", "value"} of an answer the student gave, `fact` {"column", "value", ...} of the listing; a
    caveat may lack either.
    """

    code: str
    criterion: Criterion | None
    student: Mapping[str, Any] | None = None
    fact: Mapping[str, Any] | None = None
    source: str | None = None
    as_of: str | None = None

    @property
    def kind(self) -> str:
        """`support`, or `fact` for what the listing says beside the reasons and no criterion rests on."""
        return "fact" if self.code in FACT_CODES else "support"

    def to_json(self) -> dict[str, Any]:
        """The statement as it stands in the ranking."""
        return {
            "code": self.code,
            "criterion": None if self.criterion is None else self.criterion.value,
            "student": None if self.student is None else dict(self.student),
            "fact": None if self.fact is None else dict(self.fact),
            "source": self.source,
            "as_of": self.as_of,
        }


@dataclass(frozen=True, slots=True)
class Case:
    """One row being explained: the question, the row and its listing.

    `kept` holds what several statements rest on, so that it is worked out once (`matching.echoes`).
    """

    context: Context
    row: int
    listing: Listing
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def answer(self, path: str) -> Any:
        """What the student answered at a path, or None."""
        return self.context.student.stated.get(path)

    @property
    def price_span(self) -> tuple[int, int] | None:
        """The least and the most that the program costs this student, in cents; None where no price is published."""
        if "price" not in self.kept:
            self.kept["price"] = self.context.student.price_span(self.listing)
        price: tuple[int, int] | None = self.kept["price"]
        return price

    @property
    def held(self) -> Mapping[str, int]:
        """What the rules on entry come to, by name, but for those on where the student lives."""
        return self.context.eligibility.held_by(int(self.context.catalog.admission[self.row]))

    def say(
        self, code: str, criterion: Criterion | None, path: str | None, column: str | None, **extra: object
    ) -> Statement:
        """A statement that ties an answer to a fact; either may be None."""
        student = None if path is None else self.context.student.said[path]
        if column is None:
            fact = {"column": None, "value": None, **extra} if extra else None
            return Statement(code, criterion, student, fact)
        origin = self.listing.source_of(column)
        told = {"column": column, "value": fact_value(self.listing, column), **extra}
        return Statement(code, criterion, student, told, origin.source, origin.as_of)


_PLAIN = (str, float, type(None), bool)
"""Types whose values stand in JSON as they are."""


def fact_value(listing: Listing, column: str) -> Any:
    """The value of a column as JSON: text, number, true or false, list, or None."""
    value = getattr(listing, attribute_of(column))
    if type(value) in _PLAIN:
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [item.value if isinstance(item, StrEnum) else str(item) for item in value]
    if column.endswith("_usd") and isinstance(value, int):
        return plain_dollars(value)
    return value
