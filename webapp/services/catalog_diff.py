"""The difference between a staged file and what is published, worked out and applied in the database, set by set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from webapp.domain.listing_row import Fault
from webapp.domain.name_likeness import KnownNames
from webapp.domain.profile import plain_dollars
from webapp.services.catalog_report import CHANGES_KEPT, NEW_INSTITUTIONS_KEPT, Change, NewInstitution
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_staging import FACTS, Tally


@dataclass(frozen=True, slots=True)
class Difference:
    """How many listings of each kind, and how many were published before.

    `columns_changed` says how often each column changes. `changes`, `new_institutions` and `edited_by_staff` (listings
    it overwrites that staff had edited) are the first of them.
    """

    counts: Mapping[str, int]
    published_before: int
    changes: tuple[Change, ...] = ()
    columns_changed: Mapping[str, int] = field(default_factory=dict)
    new_institutions: tuple[NewInstitution, ...] = ()
    new_institutions_total: int = 0
    edited_by_staff: tuple[str, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether what is published is another than before."""
        return any(self.counts.get(kind) for kind in ("added", "changed", "republished", "withdrawn"))


def refuse_clashes(session: Session, source: str, tally: Tally) -> None:
    """Take out of the staging table what clashes: ids given twice, ids of other sources, institutions at odds."""
    _refuse(session, tally, _TWICE, {}, _twice)
    _refuse(session, tally, _ELSEWHERE, {"source": source}, _elsewhere)
    _refuse(session, tally, _AT_ODDS, {}, _at_odds)


def staged_rows(session: Session) -> int:
    """How many rows stand in the staging table."""
    return int(session.execute(text("SELECT count(*) FROM listing_staging")).scalar_one())


def work_out(
    session: Session, source: str, tally: Tally, *, is_demo: bool, changes_kept: int, partial: bool = False
) -> Difference:
    """Compare the staging table with what is published from the same source. Changes nothing yet.

    `partial`: the rows are some of the source's, so nothing is withdrawn for not being among them.
    """
    about = {"source": source, "is_demo": is_demo, "refused": sorted(tally.refused_ids), "partial": partial}
    for statement in (*_INSTITUTIONS, *_KINDS):
        session.execute(text(statement), about)
    counts = {str(kind): int(number) for kind, number in session.execute(text(_COUNTS))}
    before = session.execute(
        text("SELECT count(*) FROM programs WHERE catalog_source = :source AND status = 'published'"), about
    ).scalar_one()
    unknown = session.execute(text("SELECT count(*) FROM institution_staging WHERE is_new")).scalar_one()
    return Difference(
        counts,
        int(before),
        _sample(session, changes_kept),
        _columns_changed(session),
        _unknown(session),
        int(unknown),
        tuple(session.execute(text(_EDITED), {"kept": CHANGES_KEPT}).scalars()),
    )


def apply(session: Session, source: str, *, is_demo: bool, at: datetime, version: int, import_id: UUID | None) -> None:
    """Make what is published what the file says, as version `version`.

    What it replaces is kept twice: as revisions, for old versions of the catalogue, and whole, for undoing `import_id`
    (None: this is no import, and nothing is kept for that). `work_out` comes first.
    """
    about = {"source": source, "is_demo": is_demo, "at": at, "version": version, "import_id": import_id}
    for statement in (*(_KEPT if import_id is not None else ()), *_APPLY):
        session.execute(text(statement), about)


def _refuse(session: Session, tally: Tally, statement: str, about: Mapping[str, Any], say: Any) -> None:
    found = session.execute(text(statement), dict(about)).all()
    for row in found:
        reason, fault = say(row)
        tally.refuse(SourceRow(line=row.line, program_id=row.program_id, faults=(fault,), reason=reason))
    if found:
        session.execute(
            text("DELETE FROM listing_staging WHERE line = ANY(:lines)"), {"lines": [row.line for row in found]}
        )


def _twice(row: Row[Any]) -> tuple[str, Fault]:
    problem = f"stands on line {row.first} already"
    return "program_id given twice", Fault("program_id", row.program_id, problem, "give every listing an id of its own")


def _elsewhere(row: Row[Any]) -> tuple[str, Fault]:
    remedy = "choose another id, or import this listing with the source it came from"
    problem = f"belongs to the source “{row.owner}”"
    return "program_id of another source", Fault("program_id", row.program_id, problem, remedy)


def _at_odds(row: Row[Any]) -> tuple[str, Fault]:
    control = row.own_control is not None and row.own_control != row.control
    column, own, said = (
        ("institution_control", row.own_control, row.control)
        if control
        else ("title_iv", str(row.own_title_iv).lower(), str(row.title_iv).lower())
    )
    problem = f"an earlier row says {said} of the same institution"
    return "institution at odds with itself", Fault(column, own, problem, "say the same of it in every row")


def _unknown(session: Session) -> tuple[NewInstitution, ...]:
    """Institutions that are not known, and those they may be. In an empty catalogue there is nothing to be like."""
    new = session.execute(text(_UNKNOWN), {"kept": NEW_INSTITUTIONS_KEPT}).all()
    known = session.execute(text("SELECT key, name FROM institutions ORDER BY key")).all() if new else []
    names = KnownNames((row.key, row.name) for row in known)
    return tuple(NewInstitution(row.key, row.name, row.listings, tuple(names.like(row.name))) for row in new)


def _columns_changed(session: Session) -> dict[str, int]:
    counted = session.execute(text(_CHANGED_BY_COLUMN)).mappings().one()
    told = {_column(name): int(number) for name, number in counted.items() if number}
    return dict(sorted(told.items(), key=lambda each: (-each[1], each[0])))


def _column(name: str) -> str:
    return name.removesuffix("_cents") + "_usd" if name.endswith("_cents") else name


def _sample(session: Session, kept: int) -> tuple[Change, ...]:
    rows = session.execute(text(_CHANGES), {"kept": kept}).mappings()
    return tuple(Change(row["program_id"], row["kind"], _columns(dict(row))) for row in rows)


def _columns(row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What changed, by column of the listing file. Only a changed listing has a before and an after worth telling."""
    if row["kind"] not in ("changed", "republished"):
        return {}
    told = {}
    for name in (*_OF_INSTITUTION, *FACTS):
        before, after = row[f"old_{name}"], row[f"new_{name}"]
        if before != after:
            told[_column(name)] = (_shown(name, before), _shown(name, after))
    return told


def _shown(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_cents"):
        return plain_dollars(value)
    return value.isoformat() if isinstance(value, date) else value


_OF_INSTITUTION = ("institution", "institution_control", "title_iv")

_TWICE = """
    SELECT line, program_id, first FROM (
        SELECT line, program_id, min(line) OVER (PARTITION BY program_id) AS first FROM listing_staging
    ) AS seen WHERE line > first ORDER BY line
"""
_ELSEWHERE = """
    SELECT s.line, s.program_id, p.catalog_source AS owner FROM listing_staging s
    JOIN programs p ON p.program_id = s.program_id WHERE p.catalog_source <> :source ORDER BY s.line
"""
_AT_ODDS = """
    WITH said AS (
        SELECT institution_key,
               (array_agg(institution_control ORDER BY line) FILTER (WHERE institution_control IS NOT NULL))[1]
                   AS control,
               (array_agg(title_iv ORDER BY line) FILTER (WHERE title_iv IS NOT NULL))[1] AS title_iv
        FROM listing_staging GROUP BY institution_key
    )
    SELECT s.line, s.program_id, s.institution_control AS own_control, said.control,
           s.title_iv AS own_title_iv, said.title_iv
    FROM listing_staging s JOIN said USING (institution_key)
    WHERE s.institution_control <> said.control OR s.title_iv <> said.title_iv ORDER BY s.line
"""
# A blank does not overrule what another source says of the same institution; where this source is alone, it does.
_INSTITUTIONS = (
    "DROP TABLE IF EXISTS pg_temp.institution_staging",
    """
    CREATE TEMPORARY TABLE institution_staging ON COMMIT DROP AS
    WITH said AS (
        SELECT institution_key AS key, (array_agg(institution ORDER BY line))[1] AS name,
               max(institution_control) AS control, bool_or(title_iv) AS title_iv
        FROM listing_staging GROUP BY institution_key
    ), merged AS (
        SELECT said.key, said.name, i.id, i.name AS old_name, i.control AS old_control, i.title_iv AS old_title_iv,
               COALESCE(said.control, CASE WHEN shared.yes THEN i.control END) AS control,
               COALESCE(said.title_iv, CASE WHEN shared.yes THEN i.title_iv END) AS title_iv
        FROM said LEFT JOIN institutions i ON i.key = said.key
        LEFT JOIN LATERAL (
            SELECT EXISTS (
                SELECT FROM programs p
                WHERE p.institution_id = i.id AND p.status = 'published' AND (p.catalog_source <> :source
                    OR :partial AND NOT EXISTS (SELECT FROM listing_staging s WHERE s.program_id = p.program_id))
            ) AS yes
        ) AS shared ON true
    )
    SELECT key, name, control, title_iv, old_name, old_control, old_title_iv,
           COALESCE(id, gen_random_uuid()) AS id, id IS NULL AS is_new,
           (old_name, old_control, old_title_iv) IS DISTINCT FROM (name, control, title_iv) AS differs
    FROM merged
    """,
)
_KINDS = (
    "DROP TABLE IF EXISTS pg_temp.listing_kinds",
    """
    CREATE TEMPORARY TABLE listing_kinds ON COMMIT DROP AS
    SELECT s.program_id,
           CASE WHEN p.id IS NULL THEN 'added'
                WHEN p.status = 'withdrawn' THEN 'republished'
                WHEN p.digest <> s.digest OR i.differs OR p.is_demo <> :is_demo THEN 'changed'
                ELSE 'unchanged' END AS kind
    FROM listing_staging s JOIN institution_staging i ON i.key = s.institution_key
    LEFT JOIN programs p ON p.program_id = s.program_id
    UNION ALL
    SELECT p.program_id, 'withdrawn' FROM programs p
    WHERE NOT :partial AND p.catalog_source = :source AND p.status = 'published'
      AND p.program_id <> ALL(CAST(:refused AS text[]))
      AND NOT EXISTS (SELECT FROM listing_staging s WHERE s.program_id = p.program_id)
    """,
)
_COUNTS = "SELECT kind, count(*) FROM listing_kinds GROUP BY kind"
_PAIRS = ", ".join(
    [
        "o.name AS old_institution, i.name AS new_institution",
        "o.control AS old_institution_control, i.control AS new_institution_control",
        "o.title_iv AS old_title_iv, i.title_iv AS new_title_iv",
        *(f"p.{name} AS old_{name}, s.{name} AS new_{name}" for name in FACTS),
    ]
)
_EDITED = """
    SELECT k.program_id FROM listing_kinds k
    JOIN programs p ON p.program_id = k.program_id
    JOIN catalog_versions v ON v.number = p.changed_in
    WHERE k.kind <> 'unchanged' AND v.cause = 'edit' ORDER BY k.program_id LIMIT :kept
"""
_UNKNOWN = """
    SELECT n.key, n.name, count(*) AS listings FROM institution_staging n
    JOIN listing_staging s ON s.institution_key = n.key
    WHERE n.is_new GROUP BY n.key, n.name ORDER BY listings DESC, n.name LIMIT :kept
"""
_CHANGED_BY_COLUMN = """
    SELECT <counts> FROM listing_kinds k
    JOIN listing_staging s ON s.program_id = k.program_id
    JOIN institution_staging i ON i.key = s.institution_key
    JOIN programs p ON p.program_id = k.program_id
    JOIN institutions o ON o.id = p.institution_id
    WHERE k.kind IN ('changed', 'republished')
""".replace(
    "<counts>",
    ", ".join(
        f"count(*) FILTER (WHERE {old} IS DISTINCT FROM {new}) AS {name}"
        for name, old, new in (
            ("institution", "o.name", "i.name"),
            ("institution_control", "o.control", "i.control"),
            ("title_iv", "o.title_iv", "i.title_iv"),
            *((name, f"p.{name}", f"s.{name}") for name in FACTS),
        )
    ),
)
_CHANGES = """
    SELECT k.program_id, k.kind, <pairs>
    FROM (
        SELECT program_id, kind, array_position(ARRAY['changed', 'republished', 'withdrawn', 'added'], kind) AS place
        FROM listing_kinds WHERE kind <> 'unchanged' ORDER BY place, program_id LIMIT :kept
    ) AS k
    LEFT JOIN listing_staging s ON s.program_id = k.program_id
    LEFT JOIN institution_staging i ON i.key = s.institution_key
    LEFT JOIN programs p ON p.program_id = k.program_id
    LEFT JOIN institutions o ON o.id = p.institution_id
    ORDER BY k.place, k.program_id
""".replace("<pairs>", _PAIRS)
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
