"""What students said of single matches, kept to learn from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.feedback import FeedbackReason
from webapp.models.base import Base, Id, JsonObject, status_of


class Feedback(Base):
    """One "not for me, because": which program, why, and what was shown. It holds nothing of who said it.

    `draft_id` hides the program from that draft's list and goes blank when the draft is deleted; the row stays.
    `effect` is the answer it changed: {"step", "field", "before", "after"}, empty where it changed none. Rows that were
    taken back stay too, for a mistake says something as well.
    """

    __tablename__ = "feedback"

    id: Mapped[Id]
    draft_id: Mapped[UUID | None] = mapped_column(ForeignKey("drafts.id", ondelete="SET NULL"), index=True)
    program_id: Mapped[str]
    reason: Mapped[FeedbackReason] = mapped_column(status_of(FeedbackReason))
    rank: Mapped[int]
    shown: Mapped[int]
    score: Mapped[float]
    band: Mapped[str]
    verdict: Mapped[str]
    engine_version: Mapped[str]
    weights_version: Mapped[str]
    catalog_version: Mapped[str]
    effect: Mapped[JsonObject] = mapped_column(server_default="{}")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_back_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_feedback_draft_id_program_id",
            "draft_id",
            "program_id",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )
