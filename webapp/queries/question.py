"""Partners' own questions, and what students answered."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.question import Answer, Question
from webapp.models import LeadAnswer, PartnerQuestion
from webapp.queries.offer import Offer


def questions_for(session: Session, offers: Iterable[Offer]) -> dict[UUID, tuple[Question, ...]]:
    """What each partner asks about the program it is offered for, in its own order, keyed by partner id."""
    program_of = {offer.partner_id: offer.program_id for offer in offers}
    rows = session.scalars(
        select(PartnerQuestion)
        .where(PartnerQuestion.partner_id.in_(list(program_of)), PartnerQuestion.active)
        .order_by(PartnerQuestion.partner_id, PartnerQuestion.position, PartnerQuestion.id)
    )
    found: dict[UUID, tuple[Question, ...]] = dict.fromkeys(program_of, ())
    for row in rows:
        if row.program_id in (None, program_of[row.partner_id]):
            found[row.partner_id] = (*found[row.partner_id], _question(row))
    return found


def list_questions(session: Session, partner_id: UUID) -> tuple[tuple[str, str], ...]:
    """The partner's questions that are asked now, in its order, as (id, words)."""
    rows = session.execute(
        select(PartnerQuestion.id, PartnerQuestion.label)
        .where(PartnerQuestion.partner_id == partner_id, PartnerQuestion.active)
        .order_by(PartnerQuestion.position, PartnerQuestion.id)
    )
    return tuple((str(key), label) for key, label in rows)


def answers_of(session: Session, lead_ids: Sequence[UUID]) -> dict[UUID, tuple[Answer, ...]]:
    """What was answered for each lead, in the order it was asked. A lead without answers is left out."""
    rows = session.scalars(
        select(LeadAnswer)
        .where(LeadAnswer.lead_id.in_(lead_ids))
        .order_by(LeadAnswer.lead_id, LeadAnswer.position, LeadAnswer.question_id)
    )
    found: dict[UUID, tuple[Answer, ...]] = {}
    for row in rows:
        answer = Answer(row.question_id, row.kind, row.label, row.value)
        found[row.lead_id] = (*found.get(row.lead_id, ()), answer)
    return found


def _question(row: PartnerQuestion) -> Question:
    return Question(
        id=row.id,
        partner_id=row.partner_id,
        program_id=row.program_id,
        kind=row.kind,
        label=row.label,
        help=row.help,
        required=row.required,
        options=tuple(row.options),
    )
