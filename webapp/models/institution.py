"""Who awards a program."""

from datetime import datetime

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.models.base import Base, Id
from webapp.models.program import Program


class Institution(Base):
    """An institution as the listings name it. `key` is its identity: an IPEDS UNITID, or the folded name.

    `changed_in` is the version of the catalogue that last touched it, an undone one not counted.
    """

    __tablename__ = "institutions"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    control: Mapped[str | None]
    title_iv: Mapped[bool | None]
    changed_in: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    programs: Mapped[list[Program]] = relationship(back_populates="institution")

    __table_args__ = (Index("ix_institutions_words", text("search_vector(name)"), postgresql_using="gin"),)
