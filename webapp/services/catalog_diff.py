"""The difference between a staged file and what is published, worked out in the database, set by set.

It stays in two temporary tables until the transaction ends: `listing_kinds` and `institution_staging`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.domain.name_likeness import KnownNames
from webapp.domain.profile import plain_dollars
from webapp.services.catalog_report import CHANGES_KEPT, NEW_INSTITUTIONS_KEPT, Change, NewInstitution
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
    return tuple(
        Change(row["program_id"], row["kind"], _columns(row), _now(row, "name"), _now(row, "institution"))
        for row in map(dict, rows)
    )


def _now(row: Mapping[str, Any], column: str) -> str:
    return row[f"new_{column}"] or row[f"old_{column}"] or ""


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
