"""Log-ins of staff, each a row: so each can be seen, and ended alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id


class StaffSession(Base):
    """One log-in. The cookie holds a token, the row its hash.

    `proved_at` is when the person last proved who they are. `browser` is a few words ("Firefox on Windows").
    """

    __tablename__ = "staff_sessions"

    id: Mapped[Id]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_accounts.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    remote_address: Mapped[str]
    browser: Mapped[str]
