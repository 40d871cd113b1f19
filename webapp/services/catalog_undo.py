"""Undoing an import as one step: what it replaced is put back, what it added goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Table, Text, text
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.models import Base, CatalogImport, ImportStatus, VersionCause
from webapp.services.catalog_staging import FACTS
from webapp.services.catalog_version import count_published, forget_listings, lock_catalog, new_version

_NAMED: Final = 3
"""So many rows are named where an undo is refused; the others are counted."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import did: how many listings of each kind of change were put back, and the version it made."""

    version: int
    listings: int
    kept_as_withdrawn: int
    """Added listings that students were shown or that partners' settings name: they stay, withdrawn."""


def undo_import(session: Session, clock: Clock, import_id: UUID, *, actor: str) -> Undone:
    """Put the catalogue back to what it was before an import, as one new version. The rows come back byte for byte.

    What the import added is deleted, or withdrawn where something refers to it. Refused, saying why, when it changed
    nothing, was undone already, or when anything later changed one of its listings or institutions: naming what did.
    NotFound when there is no such import. Several imports are undone from the last to the first.
    """
    lock_catalog(session)
    done = session.get(CatalogImport, import_id, with_for_update=True, populate_existing=True)
    if done is None:
        raise NotFound("There is no such import.")
    version = _check_state(session, done)
    _check_untouched(session, import_id, version)
    undo = new_version(session, VersionCause.UNDO)
    kept = _put_back(session, import_id, undo, clock.now())
    done.undone_at, done.undone_by, done.undo_version = clock.now(), actor, undo
    session.flush()
    count_published(session, undo)
    forget_listings(session)
    listings = session.execute(text(_HOW_MANY), {"import_id": import_id}).scalar_one()
    return Undone(undo, int(listings), kept)


def _check_state(session: Session, done: CatalogImport) -> int:
    if done.undone_at is not None:
        raise _refused(f"It was undone already, by {done.undone_by}.", "Import the file again to have it back.")
    if done.status is not ImportStatus.APPLIED or done.catalog_version is None:
        raise _refused("It changed nothing, so there is nothing to undo.")
    if not session.execute(text(_HOW_MANY), {"import_id": done.id}).scalar_one():
        raise _refused("What it replaced was not kept: it is older than undoing.", "Import the file from before it.")
    return done.catalog_version


def _check_untouched(session: Session, import_id: UUID, version: int) -> None:
    about = {"import_id": import_id, "version": version}
    listings = session.execute(text(_TOUCHED_LISTINGS), about).all()
    institutions = session.execute(text(_TOUCHED_INSTITUTIONS), about).all()
    problems = [_later(row, "listing") for row in listings] + [_later(row, "institution") for row in institutions]
    if problems:
        raise Refused(*problems)


def _later(row: Row[Any], noun: str) -> Problem:
    """Which rows something later touched, and what it was."""
    shown = ", ".join(row.names[:_NAMED]) + (f" and {row.number - _NAMED} more" if row.number > _NAMED else "")
    count = f"One {noun}" if row.number == 1 else f"{row.number} {noun}s"
    by, remedy = "an edit", "Restore the listing's former revision by hand, or import a corrected file."
    if row.filename is not None:
        by, remedy = f"the import of “{row.filename}”", "Undo that import first."
    elif row.made_at is None:
        by, remedy = "something that is no longer on record", "Import the file from before it."
    day = f" on {row.made_at:%-d %B %Y}" if row.made_at is not None else ""
    return Problem("undo", f"{count} of it changed later, by {by}{day}: {shown}.", remedy)


def _refused(what: str, remedy: str = "") -> Refused:
    return Refused(Problem("undo", what, remedy))


def _put_back(session: Session, import_id: UUID, version: int, at: datetime) -> int:
    """Do it, set by set; how many added listings had to stay, withdrawn."""
    about = {"import_id": import_id, "version": version, "at": at}
    for statement in (_REVISIONS, _INSTITUTIONS_BACK, _NEIGHBOURS, _LISTINGS_BACK, _ADDED_GO):
        session.execute(text(statement), about)
    kept = session.execute(text(_ADDED_STAY), about).all()
    session.execute(text(_NEW_INSTITUTIONS_GO), about)
    return len(kept)


@cache
def _columns(table: Table, without: Sequence[str]) -> str:
    return ", ".join(column.name for column in table.columns if column.name not in without)


def _back(table: Table, alias: str, without: tuple[str, ...]) -> str:
    """Every column of `table` as the kept row `c.before` says; a column that is newer than that row keeps its value."""
    names = _columns(table, without)
    return f"({names}) = (SELECT {names} FROM jsonb_populate_record({alias}, c.before))"  # noqa: S608 - our own names


def _references() -> list[str]:
    """Tables that name a program by its id: what students were shown, and what partners' settings are about."""
    own = {"programs", "listing_revisions", "import_changes", "program_proposals", "listing_drafts"}
    return sorted(
        name
        for name, table in Base.metadata.tables.items()
        if name not in own and "program_id" in table.columns and isinstance(table.columns["program_id"].type, Text)
    )


_PROGRAMS, _INSTITUTIONS = Base.metadata.tables["programs"], Base.metadata.tables["institutions"]
_HOW_MANY = "SELECT count(*) FROM import_changes WHERE import_id = :import_id"
_TOUCHED = """
    SELECT count(*) AS number, array_agg(t.name ORDER BY t.name) AS names, max(v.made_at) AS made_at,
           max(i.filename) AS filename
    FROM (<touched>) AS t
    LEFT JOIN catalog_versions v ON v.number = t.changed_in
    LEFT JOIN catalog_imports i ON i.catalog_version = t.changed_in
    GROUP BY t.changed_in ORDER BY t.changed_in
"""
_TOUCHED_LISTINGS = _TOUCHED.replace(
    "<touched>",
    """
    SELECT c.program_id AS name, p.changed_in FROM import_changes c
    LEFT JOIN programs p USING (program_id)
    WHERE c.import_id = :import_id AND p.changed_in IS DISTINCT FROM :version
    """,
)
_TOUCHED_INSTITUTIONS = _TOUCHED.replace(
    "<touched>",
    """
    SELECT COALESCE(i.name, c.before ->> 'name', 'a deleted one') AS name, i.changed_in FROM import_institutions c
    LEFT JOIN institutions i ON i.id = c.institution_id
    WHERE c.import_id = :import_id AND i.changed_in IS DISTINCT FROM :version
    """,
)
# Whatever is published and is about to change is kept as it stands, so that the version before can be made whole.
_REVISIONS = """
    INSERT INTO listing_revisions (program_id, from_version, to_version, institution, institution_control, title_iv,
        <facts>)
    SELECT p.program_id, p.since_version, :version, i.name, i.control, i.title_iv, <own facts>
    FROM programs p JOIN institutions i ON i.id = p.institution_id
    LEFT JOIN import_changes c ON c.program_id = p.program_id AND c.import_id = :import_id
    LEFT JOIN import_institutions n ON n.institution_id = i.id AND n.import_id = :import_id AND n.before IS NOT NULL
    WHERE p.status = 'published' AND (c.import_id IS NOT NULL OR n.import_id IS NOT NULL)
""".replace("<facts>", ", ".join(FACTS)).replace("<own facts>", ", ".join(f"p.{name}" for name in FACTS))
_INSTITUTIONS_BACK = f"""
    UPDATE institutions i SET {_back(_INSTITUTIONS, "i", ("id", "key"))}
    FROM import_institutions c
    WHERE c.import_id = :import_id AND c.institution_id = i.id AND c.before IS NOT NULL
"""  # noqa: S608 - names of our own columns
_NEIGHBOURS = """
    UPDATE programs p SET since_version = :version
    FROM import_institutions n
    WHERE n.import_id = :import_id AND n.before IS NOT NULL AND n.institution_id = p.institution_id
      AND p.status = 'published'
"""
_LISTINGS_BACK = f"""
    UPDATE programs p SET since_version = :version, {_back(_PROGRAMS, "p", ("id", "program_id", "since_version"))}
    FROM import_changes c
    WHERE c.import_id = :import_id AND c.program_id = p.program_id AND c.before IS NOT NULL
"""  # noqa: S608 - names of our own columns
_ADDED_GO = """
    DELETE FROM programs p USING import_changes c
    WHERE c.import_id = :import_id AND c.program_id = p.program_id AND c.before IS NULL <unless>
""".replace(
    "<unless>",
    "".join(f" AND NOT EXISTS (SELECT FROM {name} r WHERE r.program_id = p.program_id)" for name in _references()),
)
_ADDED_STAY = """
    UPDATE programs p SET status = 'withdrawn', changed_in = :version, updated_at = :at
    FROM import_changes c
    WHERE c.import_id = :import_id AND c.program_id = p.program_id AND c.before IS NULL
    RETURNING p.program_id
"""
_NEW_INSTITUTIONS_GO = """
    DELETE FROM institutions i USING import_institutions c
    WHERE c.import_id = :import_id AND c.institution_id = i.id AND c.before IS NULL
      AND NOT EXISTS (SELECT FROM programs p WHERE p.institution_id = i.id)
      AND NOT EXISTS (SELECT FROM partner_institutions p WHERE p.institution_id = i.id)
"""
