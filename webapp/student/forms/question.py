"""The field of each question that a school asks of its own."""

from typing import Any

import wtforms

from webapp.domain.question import LONGEST_ANSWER, AnswerValue, Question, QuestionKind
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import DayField, TextAreaField
from webapp.ui.numbers import NumberField

_MOST_OPTIONS_IN_SIGHT = 6
PREFIX = "question-"


def field_name(question: Question) -> str:
    """The name of a question's field."""
    return f"{PREFIX}{question.id.hex}"


def field_for(question: Question) -> wtforms.Field:
    """The field that asks a question."""
    label, hint = question.label, question.help
    match question.kind:
        case QuestionKind.TEXT:
            return TextAreaField(label, hint=hint, rows=3, max_length=LONGEST_ANSWER)
        case QuestionKind.CHOICE:
            options = [Option(words, words) for words in question.options]
            if len(options) > _MOST_OPTIONS_IN_SIGHT:
                return SelectField(label, hint=hint, options=options, unknown=None)
            return RadioField(label, hint=hint, options=options, unknown=None)
        case QuestionKind.YES_NO:
            options = [Option("yes", "Yes"), Option("no", "No")]
            return RadioField(label, hint=hint, options=options, unknown=None, inline=True)
        case QuestionKind.NUMBER:
            return NumberField(label, hint=hint, low=None, example="3")
        case QuestionKind.DATE:
            return DayField(label, hint=hint)


def answer_in(question: Question, field: Any) -> AnswerValue | None:
    """What stands in the field of a question, as it is stored; None where nothing does."""
    value = field.data
    if value is None:
        return None
    match question.kind:
        case QuestionKind.YES_NO:
            return bool(value == "yes")
        case QuestionKind.NUMBER:
            return int(value) if float(value).is_integer() else float(value)
        case QuestionKind.DATE:
            return str(value.isoformat())
        case _:
            return str(value)
