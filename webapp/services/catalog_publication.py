"""Making what is published what a staged file says, in the database, set by set, and keeping what that replaces."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.services.catalog_staging import FACTS


def apply(session: Session, source: str, *, is_demo: bool, at: datetime, version: int, import_id: UUID | None) -> None:
    """Make what is published what the file says, as version `version`.

    What it replaces is kept twice: as revisions, for old versions of the catalogue, and whole, for undoing `import_id`
    (None: this is no import, and nothing is kept for that). `catalog_diff.work_out` comes first: it leaves the
    tables that are read here.
    """
    about = {"source": source, "is_demo": is_demo, "at": at, "version": version, "import_id": import_id}
    for statement in (*(_KEPT if import_id is not None else ()), *_APPLY):
        session.execute(text(statement), about)


# A listing shows its institution's name and kind, so a change of those changes every listing of it, of any source.
_REVISIONS = """
    INSERT INTO listing_revisions (program_id, from_version, to_version, institution, institution_control, title_iv,
        <facts>)
    SELECT p.program_id, p.since_version, :version, i.name, i.control, i.title_iv, <old facts>
    FROM programs p JOIN institutions i ON i.id = p.institution_id
    LEFT JOIN listing_kinds k ON k.program_id = p.program_id
    LEFT JOIN institution_staging n ON n.id = i.id AND n.differs AND NOT n.is_new
    WHERE p.status = 'published' AND (k.kind IN ('changed', 'withdrawn') OR n.id IS NOT NULL)
""".replace("<facts>", ", ".join(FACTS)).replace("<old facts>", ", ".join(f"p.{name}" for name in FACTS))
_KEPT = (
    """
    INSERT INTO import_changes (import_id, program_id, kind, before)
    SELECT :import_id, k.program_id, k.kind, to_jsonb(p)
    FROM listing_kinds k LEFT JOIN programs p USING (program_id) WHERE k.kind <> 'unchanged'
    """,
    """
    INSERT INTO import_institutions (import_id, institution_id, before)
    SELECT :import_id, n.id, to_jsonb(i)
    FROM institution_staging n LEFT JOIN institutions i ON i.id = n.id WHERE n.is_new OR n.differs
    """,
)
_APPLY = (
    _REVISIONS,
    """
    UPDATE programs p SET since_version = :version
    FROM institution_staging n
    WHERE n.id = p.institution_id AND n.differs AND NOT n.is_new AND p.status = 'published'
      AND NOT EXISTS (SELECT FROM listing_kinds k WHERE k.program_id = p.program_id AND k.kind <> 'unchanged')
    """,
    """
    INSERT INTO institutions (id, key, name, control, title_iv, changed_in, created_at, updated_at)
    SELECT id, key, name, control, title_iv, :version, :at, :at FROM institution_staging WHERE is_new
    """,
    """
    UPDATE institutions i SET name = n.name, control = n.control, title_iv = n.title_iv,
        changed_in = :version, updated_at = :at
    FROM institution_staging n WHERE n.id = i.id AND n.differs AND NOT n.is_new
    """,
    """
    UPDATE programs p SET institution_id = i.id, status = 'published', is_demo = :is_demo, digest = s.digest,
        since_version = :version, changed_in = :version, updated_at = :at, <facts>
    FROM listing_staging s JOIN listing_kinds k USING (program_id)
    JOIN institution_staging i ON i.key = s.institution_key
    WHERE p.program_id = s.program_id AND k.kind IN ('changed', 'republished')
    """.replace("<facts>", ", ".join(f"{name} = s.{name}" for name in FACTS)),
    """
    INSERT INTO programs (id, program_id, institution_id, catalog_source, status, is_demo, digest, since_version,
        changed_in, created_at, updated_at, <facts>)
    SELECT s.id, s.program_id, i.id, :source, 'published', :is_demo, s.digest, :version, :version, :at, :at,
        <staged facts>
    FROM listing_staging s JOIN listing_kinds k USING (program_id)
    JOIN institution_staging i ON i.key = s.institution_key
    WHERE k.kind = 'added'
    """.replace("<facts>", ", ".join(FACTS)).replace("<staged facts>", ", ".join(f"s.{name}" for name in FACTS)),
    """
    UPDATE programs p SET status = 'withdrawn', changed_in = :version, updated_at = :at
    FROM listing_kinds k WHERE k.program_id = p.program_id AND k.kind = 'withdrawn'
    """,
)
