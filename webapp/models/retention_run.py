"""What each round of removing things that were kept long enough removed."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonObject


class RetentionRun(Base):
    """`removed` counts by kind (`domain.retention`), without zeros. Of runs that removed nothing the last is kept."""

    __tablename__ = "retention_runs"

    id: Mapped[Id]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    removed: Mapped[JsonObject] = mapped_column(server_default="{}")

    __table_args__ = (Index("ix_retention_runs_started_at_id", "started_at", "id"),)
