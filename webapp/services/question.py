"""Answers to partners' questions: checked against what is asked now, and made ready to store."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.errors import Problem, Refused
from webapp.domain.question import Answer, AnswerValue, Question
from webapp.domain.submission import IntroductionRequest
from webapp.queries.offer import Offer
from webapp.queries.question import questions_for

Answers = Mapping[UUID, tuple[Answer, ...]]


def checked_answers(
    session: Session, requests: Sequence[IntroductionRequest], offers: Sequence[Offer]
) -> dict[UUID, tuple[Answer, ...]]:
    """The answers for each partner asked, by partner id.

    Refused when one does not fit its question, when a required one is missing, or when a school asks other questions
    now than the student answered.
    """
    asked = questions_for(session, offers)
    given = {request.partner_id: request.answers for request in requests}
    return {partner_id: tuple(answers(questions, given[partner_id])) for partner_id, questions in asked.items()}


def answers(questions: Sequence[Question], given: Mapping[UUID, AnswerValue]) -> Iterator[Answer]:
    """What was said to each question that was answered; Refused as in `checked_answers`."""
    if not given.keys() <= {question.id for question in questions}:
        raise Refused(
            Problem(
                "questions",
                "A school asks other questions now than when this page was shown.",
                "Look at its questions again. Nothing was sent.",
            )
        )
    for question in questions:
        value = question.checked(given.get(question.id))
        if value is not None:
            yield Answer(question.id, question.kind, question.label, value)


def answer_rows(lead_id: UUID, said: Sequence[Answer]) -> Iterator[dict[str, Any]]:
    """The rows that keep the answers of one lead."""
    for position, answer in enumerate(said, start=1):
        yield {
            "lead_id": lead_id,
            "question_id": answer.question_id,
            "position": position,
            "kind": answer.kind,
            "label": answer.label,
            "value": answer.value,
        }
