"""A form being filled: answers kept on the server, step by step. It knows nobody's name."""

from datetime import datetime

from sqlalchemy import func
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
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
