"""What an import replaced, row by row: what makes it possible to undo it as one step."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.models.base import Base, JsonObject, status_of


class ListingChange(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    REPUBLISHED = "republished"
    WITHDRAWN = "withdrawn"


def _import() -> ForeignKey:
    """The import's own row is written last, so the reference is checked at the end of the transaction."""
    return ForeignKey("catalog_imports.id", deferrable=True, initially="DEFERRED")


class ImportChange(Base):
    """One listing that an import changed. `before` is its whole row of `programs` as it stood; null where it is new."""

    __tablename__ = "import_changes"

    import_id: Mapped[UUID] = mapped_column(_import(), primary_key=True)
    program_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[ListingChange] = mapped_column(status_of(ListingChange))
    before: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))


class ImportInstitution(Base):
    """One institution that an import made or changed. `before` is its row of `institutions`; null where it is new."""

    __tablename__ = "import_institutions"

    import_id: Mapped[UUID] = mapped_column(_import(), primary_key=True)
    institution_id: Mapped[UUID] = mapped_column(primary_key=True)
    before: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))
