"""Questions of a partner's own."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.school import School
from webapp.domain.ids import new_id
from webapp.domain.question import QuestionKind
from webapp.models import PartnerQuestion


def make_question(
    session: Session,
    school: School,
    kind: QuestionKind,
    *,
    label: str = "What would you like to tell us?",
    options: Sequence[str] = (),
    required: bool = False,
    active: bool = True,
    program_id: str | None = None,
    question_id: UUID | None = None,
) -> UUID:
    """A question of the school's partner, asked after those it has; with `question_id` that one as it is now."""
    asked = session.scalar(select(func.count()).where(PartnerQuestion.partner_id == school.partner_id)) or 0
    made = PartnerQuestion(
        id=question_id or new_id(),
        partner_id=school.partner_id,
        program_id=program_id,
        position=asked + 1,
        kind=kind,
        label=label,
        help="",
        required=required,
        options=list(options) if kind is QuestionKind.CHOICE else [],
        active=active,
    )
    session.merge(made)
    session.flush()
    return made.id
