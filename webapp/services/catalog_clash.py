"""Rows of a staged file that clash: ids given twice, ids of other sources, institutions at odds with themselves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from webapp.domain.listing_row import Fault
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_staging import Tally


def refuse_clashes(session: Session, source: str, tally: Tally) -> None:
    """Take out of the staging table what clashes, and count it as refused."""
    _refuse(session, tally, _TWICE, {}, _twice)
    _refuse(session, tally, _ELSEWHERE, {"source": source}, _elsewhere)
    _refuse(session, tally, _AT_ODDS, {}, _at_odds)


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
