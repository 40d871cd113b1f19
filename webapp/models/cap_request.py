"""What members of a team want done with caps, and their owner has to decide."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.cap import WhenFull
from webapp.domain.cap_request import LONGEST_WORDS, CapRequestStatus
from webapp.models.base import Base, Id, status_of


class CapRequest(Base):
    """What a cap is to be: `most`, `currency` and `when_full` as in `caps`. All null: it is to be removed."""

    __tablename__ = "cap_requests"

    id: Mapped[Id]
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    cap_id: Mapped[UUID] = mapped_column(ForeignKey("caps.id", ondelete="CASCADE"))
    most: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    when_full: Mapped[WhenFull | None] = mapped_column(status_of(WhenFull))
    words: Mapped[str | None]
    status: Mapped[CapRequestStatus] = mapped_column(status_of(CapRequestStatus))
    asked_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_cap_requests_open", "cap_id", unique=True, postgresql_where="status = 'open'"),
        Index("ix_cap_requests_partner_id_status_created_at", "partner_id", "status", "created_at"),
        CheckConstraint("(most IS NULL) = (when_full IS NULL)", name="whole_or_removal"),
        CheckConstraint("most >= 0", name="most_not_negative"),
        CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_with_date"),
        CheckConstraint(f"char_length(words) <= {LONGEST_WORDS}", name="words_length"),
    )
