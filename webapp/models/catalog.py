"""Versions of the catalogue and the imports that made them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, Id, JsonArray, status_of


class ImportStatus(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    DRY_RUN = "dry_run"


class VersionCause(StrEnum):
    IMPORT = "import"
    UNDO = "undo"
    EDIT = "edit"


class CatalogVersion(Base):
    """Every change to what is published makes a new version; processes reload when they see one.

    `changes_kept` says that what this version replaced stands in `listing_revisions`. A version can be made whole again
    if that is so for every later one. `cause` (a `VersionCause`) says what made it; null where an older release did.
    """

    __tablename__ = "catalog_versions"

    number: Mapped[int] = mapped_column(Identity(), primary_key=True)
    published: Mapped[int]
    changes_kept: Mapped[bool] = mapped_column(server_default="false")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cause: Mapped[str | None]


class CatalogImport(Base):
    """One import of a listing file: what was read, what changed, which rows were refused and why.

    `undone_at`, `undone_by` (in words) and `undo_version` are set once it was undone.
    """

    __tablename__ = "catalog_imports"

    id: Mapped[Id]
    source: Mapped[str]
    filename: Mapped[str]
    status: Mapped[ImportStatus] = mapped_column(status_of(ImportStatus))
    rows_read: Mapped[int]
    added: Mapped[int]
    changed: Mapped[int]
    withdrawn: Mapped[int]
    unchanged: Mapped[int]
    refused: Mapped[int]
    faults: Mapped[JsonArray] = mapped_column(server_default="[]")
    changes: Mapped[JsonArray] = mapped_column(server_default="[]")
    catalog_version: Mapped[int | None] = mapped_column(ForeignKey("catalog_versions.number"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_accounts.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seconds: Mapped[float] = mapped_column(server_default="0")
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undo_version: Mapped[int | None] = mapped_column(ForeignKey("catalog_versions.number"))

    __table_args__ = (
        Index(
            "ix_catalog_imports_catalog_version",
            "catalog_version",
            postgresql_where=text("catalog_version IS NOT NULL"),
        ),
    )
