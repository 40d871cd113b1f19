"""Publishers that embed the form, and what came of it day by day."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.publisher import PublisherStatus
from webapp.models.base import Base, Id, JsonArray, status_of


class Publisher(Base):
    """An education site. `key` stands in its pages; `origins` are the sites that may frame the form."""

    __tablename__ = "publishers"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    origins: Mapped[JsonArray]
    status: Mapped[PublisherStatus] = mapped_column(status_of(PublisherStatus))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PublisherDay(Base):
    """What came through one publisher on one day (UTC): counts alone, so that they outlive the people counted."""

    __tablename__ = "publisher_days"

    publisher_id: Mapped[UUID] = mapped_column(ForeignKey("publishers.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    started: Mapped[int] = mapped_column(server_default="0")
    completed: Mapped[int] = mapped_column(server_default="0")
    requests: Mapped[int] = mapped_column(server_default="0")
    introductions: Mapped[int] = mapped_column(server_default="0")
