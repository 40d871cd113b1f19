"""The weights of the engine, in versions. What students were ranked with stays, so that it can be replayed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.weights_version import WeightsOrigin
from webapp.models.base import Base, Id, JsonObject, status_of


class WeightsVersion(Base):
    """One version. The live one is the one published last; a trigger refuses other figures under the same name.

    `weights` is `Weights.to_json()`. `based_on` is the version that was live when it was made. `evidence` is what the
    learning found, of those it proposed. `made_by` and `published_by` name people in words that outlive an account.
    """

    __tablename__ = "weights_versions"

    id: Mapped[Id]
    version: Mapped[str] = mapped_column(unique=True)
    weights: Mapped[JsonObject]
    note: Mapped[str]
    origin: Mapped[WeightsOrigin] = mapped_column(status_of(WeightsOrigin))
    based_on: Mapped[str | None]
    evidence: Mapped[JsonObject | None]
    made_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    discarded_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("published_at IS NULL OR discarded_at IS NULL", name="one_end"),
        CheckConstraint("(published_at IS NULL) = (published_by IS NULL)", name="publisher_named"),
        Index(
            "uq_weights_versions_published_at",
            "published_at",
            unique=True,
            postgresql_where="published_at IS NOT NULL",
        ),
    )


class WeightsTrial(Base):
    """A proposal tried on the lists of last week, by a worker. `outcome` is `Comparison.to_json()` and what it was of.

    `due_at` is when it may be (tried again to be) worked out; it goes blank with the outcome.
    """

    __tablename__ = "weights_trials"

    id: Mapped[Id]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("weights_versions.id"))
    asked_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[JsonObject | None]

    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", name="outcome_kept"),
        CheckConstraint("(finished_at IS NULL) = (due_at IS NOT NULL)", name="due_until_finished"),
        Index("ix_weights_trials_version_id_created_at", "version_id", "created_at"),
        Index("ix_weights_trials_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
    )
