"""The engine's judgement on a profile and a program, as the student saw it."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonArray, JsonObject


class Match(Base):
    """Columns as in the ranking's JSON form. `program_id` is the listing's own id, which outlives the row it names."""

    __tablename__ = "matches"

    id: Mapped[Id]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"))
    program_id: Mapped[str] = mapped_column(index=True)
    rank: Mapped[int]
    score: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    coverage: Mapped[float]
    band: Mapped[str]
    verdict: Mapped[str]
    contributions: Mapped[JsonObject]
    reasons: Mapped[JsonArray]
    caveats: Mapped[JsonArray]
    gaps: Mapped[JsonArray]

    __table_args__ = (UniqueConstraint("submission_id", "program_id"), UniqueConstraint("submission_id", "rank"))
