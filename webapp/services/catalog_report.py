"""What an import read and what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from webapp.domain.errors import Problem
from webapp.models import ImportStatus

FAULTS_KEPT = 1000
CHANGES_KEPT = 200
NEW_INSTITUTIONS_KEPT = 200


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with one row, or with the file (no line): where, what was wrong, what would be right."""

    line: int | None
    program_id: str | None
    column: str
    value: str
    problem: str
    remedy: str

    def to_json(self) -> dict[str, Any]:
        """The fault as it is stored and printed."""
        return {name: getattr(self, name) for name in ("line", "program_id", "column", "value", "problem", "remedy")}


@dataclass(frozen=True, slots=True)
class Change:
    """One listing that was added, changed, published again or withdrawn. `columns`: {column: [before, after]}.

    `name` and `institution` are those it has afterwards; of one that is withdrawn, those it had.
    """

    program_id: str
    kind: str
    columns: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    name: str = ""
    institution: str = ""

    def to_json(self) -> dict[str, Any]:
        """The change as it is stored and printed."""
        columns = {name: list(pair) for name, pair in self.columns.items()}
        return {
            "program_id": self.program_id,
            "name": self.name,
            "institution": self.institution,
            "kind": self.kind,
            "columns": columns,
        }


@dataclass(frozen=True, slots=True)
class NewInstitution:
    """An institution that the catalogue does not know, and those it may be: pairs of key and name, likest first."""

    key: str
    name: str
    listings: int
    like: Sequence[tuple[str, str]] = ()

    def to_json(self) -> dict[str, Any]:
        """The institution as it is stored and printed."""
        like = [{"key": key, "name": name} for key, name in self.like]
        return {"key": self.key, "name": self.name, "listings": self.listings, "like": like}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one import did, or with `dry_run` would have done: the same numbers either way.

    Unless the file is refused, rows_read = added + changed + unchanged + refused + the sum of `set_aside`. `withdrawn`
    counts published listings of the same source that the file no longer names. `problems` says why the whole file was
    refused. `faults` and `changes` are the first of them, as many as were asked for. `columns_changed` counts by column
    the listings in which it changes. `new_institutions` are the first that the catalogue does not know.
    `edited_by_staff` are the first of the listings it would overwrite that staff had edited since the last import.
    `catalog_version` is the version made and `import_id` the `catalog_imports` row, None where there is none.
    """

    source: str
    filename: str
    status: ImportStatus
    dry_run: bool
    rows_read: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_by: Mapping[str, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    faults: Sequence[RowFault] = ()
    faults_total: int = 0
    changes: Sequence[Change] = ()
    columns_changed: Mapping[str, int] = field(default_factory=dict)
    new_institutions: Sequence[NewInstitution] = ()
    new_institutions_total: int = 0
    edited_by_staff: Sequence[str] = ()
    catalog_version: int | None = None
    import_id: UUID | None = None
    seconds: float = 0.0

    @property
    def is_refused(self) -> bool:
        """Whether nothing was, or would be, changed because the file is not acceptable as a whole."""
        return self.status is ImportStatus.REFUSED

    def to_json(self) -> dict[str, Any]:
        """The report for a machine."""
        plain = ("source", "filename", "dry_run", "rows_read", "added", "changed", "withdrawn", "unchanged", "refused")
        return {
            **{name: getattr(self, name) for name in plain},
            "status": self.status.value,
            "refused_by": dict(self.refused_by),
            "set_aside": dict(self.set_aside),
            "problems": [{"where": p.where, "what": p.what, "remedy": p.remedy} for p in self.problems],
            "faults": [fault.to_json() for fault in self.faults],
            "faults_total": self.faults_total,
            "changes": [change.to_json() for change in self.changes],
            "columns_changed": dict(self.columns_changed),
            "new_institutions": [each.to_json() for each in self.new_institutions],
            "new_institutions_total": self.new_institutions_total,
            "edited_by_staff": list(self.edited_by_staff),
            "catalog_version": self.catalog_version,
            "import_id": str(self.import_id) if self.import_id else None,
            "seconds": round(self.seconds, 3),
        }
