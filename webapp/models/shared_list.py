"""Lists a student shared by a link."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonObject


class SharedList(Base):
    """A list as it was shared. `content` holds what its readers see (`domain.shared_list`) and nothing else.

    It is emptied when the link is revoked or expires. `opened_on` is the day on which the link was last opened.
    """

    __tablename__ = "shared_lists"

    id: Mapped[Id]
    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    content: Mapped[JsonObject]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    opened_on: Mapped[date | None]
