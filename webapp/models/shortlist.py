"""The programs a student keeps in sight, in the order they chose."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class ShortlistedProgram(Base):
    """One program on the shortlist of a draft. It goes with the draft, and knows nobody's name either.

    `position` orders the list; it has gaps. `program_id` may since have been withdrawn.
    """

    __tablename__ = "shortlisted_programs"

    draft_id: Mapped[UUID] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    program_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())
