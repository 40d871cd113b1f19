"""Imports on their way from a file to the catalogue, and what is remembered of each source of files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.domain.import_job import ImportJobStatus, ImportKind
from webapp.models.base import Base, Id, JsonArray, JsonObject, status_of


class ImportJob(Base):
    """One file that staff sent, with how far it came.

    `header` and `sample` are its first rows as text. `mapping` and `aliases` say which column and which institution is
    meant. `report` is of the last dry or real run; `problems` say why the last step was refused. `rejects` and
    `differences` are CSV files, gzip. `import_id` is the import it became. `actor` names in words who sent it.
    """

    __tablename__ = "import_jobs"

    id: Mapped[Id]
    status: Mapped[ImportJobStatus] = mapped_column(status_of(ImportJobStatus))
    kind: Mapped[ImportKind] = mapped_column(status_of(ImportKind))
    source: Mapped[str]
    filename: Mapped[str]
    header: Mapped[JsonArray] = mapped_column(server_default="[]")
    sample: Mapped[JsonArray] = mapped_column(server_default="[]")
    mapping: Mapped[JsonObject] = mapped_column(server_default="{}")
    aliases: Mapped[JsonObject] = mapped_column(server_default="{}")
    allow_withdrawals: Mapped[bool]
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_total: Mapped[int | None]
    report: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))
    problems: Mapped[JsonArray] = mapped_column(server_default="[]")
    rejects: Mapped[bytes | None] = mapped_column(deferred=True)
    differences: Mapped[bytes | None] = mapped_column(deferred=True)
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalog_imports.id"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_accounts.id"))
    actor: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    attempts_made: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (Index("ix_import_jobs_status_created_at", "status", "created_at"),)


class ImportFilePart(Base):
    """A piece of a file that waits, in order; gone once it is imported or thrown away. `role` tells files apart."""

    __tablename__ = "import_file_parts"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("import_jobs.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class ImportMapping(Base):
    """What staff decided for files of a source, remembered for the next one."""

    __tablename__ = "import_mappings"

    source: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[JsonObject] = mapped_column(server_default="{}")
    aliases: Mapped[JsonObject] = mapped_column(server_default="{}")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
