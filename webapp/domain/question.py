"""A question of a partner's own, asked only of students who ticked it."""

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from webapp.domain.calendar import day_words
from webapp.domain.errors import Problem, Refused
from webapp.domain.plain_text import has_control_character

LONGEST_ANSWER = 300
"""Characters of a written answer."""
_BREAKS = str.maketrans("\n\t", "  ")

AnswerValue = str | int | float | bool
"""As it is stored and sent: text, a choice's own words, true or false, a number, an ISO 8601 day."""


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `options` are the words to choose from, and are there only for a choice."""

    id: UUID
    partner_id: UUID
    program_id: str | None
    kind: QuestionKind
    label: str
    help: str
    required: bool
    options: tuple[str, ...] = ()

    def checked(self, value: AnswerValue | None) -> AnswerValue | None:
        """`value` if it can be an answer to this question, None for no answer; Refused with what would be right."""
        if value is None or value == "":
            if self.required:
                raise self._refused("It needs an answer.", "Answer it, or untick the school.")
            return None
        remedy = self._remedy(value)
        if remedy:
            raise self._refused("The answer does not fit the question.", remedy)
        return value

    def _remedy(self, value: AnswerValue) -> str:
        match self.kind:
            case QuestionKind.TEXT:
                fits = isinstance(value, str) and len(value) <= LONGEST_ANSWER
                plain = not has_control_character(str(value).translate(_BREAKS))
                return "" if fits and plain else f"Write at most {LONGEST_ANSWER} characters, and nothing but text."
            case QuestionKind.CHOICE:
                return "" if value in self.options else "Choose one of the options shown."
            case QuestionKind.YES_NO:
                return "" if isinstance(value, bool) else "Choose yes or no."
            case QuestionKind.NUMBER:
                fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
                return "" if fits else "Write a number, such as 3."
            case QuestionKind.DATE:
                return "" if _is_day(value) else "Write the date as year-month-day, such as 2027-01-15."

    def _refused(self, what: str, remedy: str) -> Refused:
        return Refused(Problem(f"question {self.id}", what, remedy))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a student said, beside the words they were asked in: a question changed later changes no answer."""

    question_id: UUID
    kind: QuestionKind
    label: str
    value: AnswerValue


def answer_words(kind: QuestionKind, value: AnswerValue) -> str:
    """An answer as a person reads it."""
    if kind is QuestionKind.YES_NO:
        return "Yes" if value else "No"
    if kind is QuestionKind.NUMBER:
        return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
    if kind is QuestionKind.DATE and _is_day(value):
        return day_words(dt.date.fromisoformat(str(value)))
    return str(value)


def _is_day(value: AnswerValue) -> bool:
    try:
        return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
