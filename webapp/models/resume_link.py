"""Links that open a draft on another device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id


class ResumeLink(Base):
    """One link to one draft. The token is derived (domain.links), only its hash is stored.

    `email` is where the link is mailed, if it is; it is erased as soon as that mail has left or was given up.
    `email_key`, its keyed hash, is kept a day longer to count how often one address is written to.
    """

    __tablename__ = "resume_links"

    id: Mapped[Id]
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    token_version: Mapped[int] = mapped_column(server_default="1")
    email: Mapped[str | None]
    email_key: Mapped[bytes | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
