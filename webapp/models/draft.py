"""A form being filled: answers kept on the server, step by step. It knows nobody's name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonArray, JsonObject


class Draft(Base):
    """`answers` holds {step: {field: value}} as typed; `results_hash` finds it again from a results link.

    `earlier` holds what changes made on the list replaced, the oldest first, each {step: {field: value}}: with it they
    are undone. The form's own word empties it.
    """

    __tablename__ = "drafts"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    results_hash: Mapped[bytes] = mapped_column(unique=True)
    token_version: Mapped[int] = mapped_column(server_default="1")
    answers: Mapped[JsonObject] = mapped_column(server_default="{}")
    earlier: Mapped[JsonArray] = mapped_column(server_default="[]")
    attribution: Mapped[JsonObject] = mapped_column(server_default="{}")
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DraftStep(Base):
    """When one step of a draft was first shown, first and last saved: where people stop, and what takes long.

    `shown_at` is the moment in which another step was saved and led here; the very first step has none. One that was
    shown and has no `saved_at` is where somebody stopped. Goes with its draft.
    """

    __tablename__ = "draft_steps"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    shown_at: Mapped[datetime | None] = mapped_column(index=True)
    saved_at: Mapped[datetime | None]
    saved_last_at: Mapped[datetime | None]
    saves: Mapped[int] = mapped_column(server_default="0")
