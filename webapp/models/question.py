"""Questions of partners, and what students answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.question import QuestionKind
from webapp.models.base import Base, Id, JsonArray, status_of


class PartnerQuestion(Base):
    """A question one partner asks, about all of its programs or (`program_id`) one. Asked while it is `active`."""

    __tablename__ = "partner_questions"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    program_id: Mapped[str | None]
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(status_of(QuestionKind))
    label: Mapped[str]
    help: Mapped[str] = mapped_column(server_default="")
    required: Mapped[bool] = mapped_column(server_default="false")
    options: Mapped[JsonArray] = mapped_column(server_default="[]")
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_partner_questions_partner_id_position", "partner_id", "position"),
        CheckConstraint("char_length(label) <= 200", name="label_length"),
    )


class LeadAnswer(Base):
    """What a student answered to one question, for one lead. Personal data: erasing the student deletes the rows."""

    __tablename__ = "lead_answers"

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("partner_questions.id"), primary_key=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(status_of(QuestionKind))
    label: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONB)
