"""What staff have stopped for the whole service."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.switch import Switch
from webapp.models.base import Base, status_of


class SwitchedOff(Base):
    """One thing that is off: why, since when, by whom. Without a row it is on."""

    __tablename__ = "switched_off"

    switch: Mapped[Switch] = mapped_column(status_of(Switch), primary_key=True)
    words: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]
