"""The student, once they have said who they are."""

from datetime import datetime

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id


class Prospect(Base):
    """A student as one submission gave them. Who they are stands here, and in what was sent (`Delivery.sent`).

    One row for each submission, so that whoever types another person's address cannot change what that person said.
    `email_key` is the keyed hash by which rows of one address belong together, and which stays when they are erased.
    `pending_email` is a new address that its owner has not confirmed yet: nothing else is sent there, and until
    `pending_until` the link behind `pending_hash` makes it the address. `email_confirmed_at` is when whoever reads at
    `email` said that it is theirs, by the link behind `confirm_hash`. `consents_purged_at` is set when the kept
    consents were deleted, after their years. `listing_news_from` is set while the student wants to hear of changes of
    the listings they were shown: to the version of the catalogue that they know of.
    """

    __tablename__ = "prospects"

    id: Mapped[Id]
    email_key: Mapped[bytes] = mapped_column(index=True)
    email: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    phone: Mapped[str | None]
    data_hash: Mapped[bytes] = mapped_column(unique=True)
    token_version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    erased_at: Mapped[datetime | None]
    pending_email: Mapped[str | None]
    pending_hash: Mapped[bytes | None] = mapped_column(unique=True)
    pending_until: Mapped[datetime | None]
    address_version: Mapped[int] = mapped_column(server_default="0")
    email_confirmed_at: Mapped[datetime | None]
    confirm_hash: Mapped[bytes | None] = mapped_column(unique=True)
    consents_purged_at: Mapped[datetime | None]
    listing_news_from: Mapped[int | None]

    __table_args__ = (
        Index("ix_prospects_created_at_id", "created_at", "id"),
        # For the search box of staff; the function is in the database and folds case and accents.
        Index("ix_prospects_names", text("search_vector(first_name, last_name)"), postgresql_using="gin"),
        Index("ix_prospects_phone", "phone", postgresql_where="phone IS NOT NULL"),
        Index("ix_prospects_erased_at", "erased_at", postgresql_where="erased_at IS NOT NULL"),
        Index("ix_prospects_listing_news_from", "listing_news_from", postgresql_where="listing_news_from IS NOT NULL"),
    )
