"""Listings as they were published before they changed: what makes an old version of the catalogue whole again."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base
from webapp.models.listed_facts import ListedFacts


class ListingRevision(ListedFacts, Base):
    """The facts of one listing from version `from_version` of the catalogue until just before `to_version`.

    Written when an import changes or withdraws the listing, so its size is that of what changed, not of what is
    published. The columns of the institution are those it had then.
    """

    __tablename__ = "listing_revisions"

    program_id: Mapped[str] = mapped_column(primary_key=True)
    to_version: Mapped[int] = mapped_column(primary_key=True)
    from_version: Mapped[int]
    institution: Mapped[str]
    institution_control: Mapped[str | None]
    title_iv: Mapped[bool | None]

    __table_args__ = (Index("ix_listing_revisions_to_version", "to_version"),)
