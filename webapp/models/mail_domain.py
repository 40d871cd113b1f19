"""The domains mail went to lately, and the turn each gives next."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base


class MailDomain(Base):
    """Kept only where there is a limit a minute; forgotten a day after its last mail. The domain, never an address."""

    __tablename__ = "mail_domains"

    domain: Mapped[str] = mapped_column(primary_key=True)
    next_slot_at: Mapped[datetime]
