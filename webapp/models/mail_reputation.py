"""How our mail is taken: the share of readers who reported it as unwanted, as last measured."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class MailReputation(Base):
    """One row. `stopped_at` is set while mail that can be stopped is held; `alarmed_at` while staff have been told."""

    __tablename__ = "mail_reputation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default="1")
    handed_over: Mapped[int]
    complained: Mapped[int]
    measured_at: Mapped[datetime]
    alarmed_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    overruled_until: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
