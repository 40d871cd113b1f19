"""A request for introductions that is being written and was not sent yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class PendingRequest(Base):
    """`sealed` is what was typed, encrypted. `key_hash` belongs to one browser: a results link alone finds nothing."""

    __tablename__ = "pending_requests"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
