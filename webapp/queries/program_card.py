"""What stands on the cards of a list, for many lists at once: the matches as stored, and how programs stand."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.domain.partner import PartnerStatus
from webapp.models import Institution, Match, Partner, PartnerInstitution, Program
from webapp.models.base import JsonArray


class CardMatch(NamedTuple):
    """One match. What the engine said of it is JSON, a statement to a line, since many students are told the same."""

    submission_id: UUID
    program_id: str
    rank: int
    verdict: str
    reasons: str | None
    caveats: str | None
    gaps: str | None


class CardProgram(NamedTuple):
    """How a program stands now. `edition` is another whenever its row, or that of its institution, was written."""

    program_id: str
    edition: str
    is_demo: bool
    is_partner: bool


def list_card_matches(session: Session, submission_ids: Sequence[UUID]) -> list[CardMatch]:
    """The matches of `submission_ids`, those of each together and in rank order."""
    rows = session.execute(
        select(
            Match.submission_id,
            Match.program_id,
            Match.rank,
            Match.verdict,
            _lines(Match.reasons),
            _lines(Match.caveats),
            _lines(Match.gaps),
        )
        .where(Match.submission_id.in_(submission_ids))
        .order_by(Match.submission_id, Match.rank)
    )
    return [CardMatch._make(row) for row in rows]


def card_programs(session: Session, program_ids: Iterable[str]) -> list[CardProgram]:
    """Those of the programs named that there are."""
    speaks_for = exists().where(
        PartnerInstitution.institution_id == Institution.id,
        Partner.id == PartnerInstitution.partner_id,
        Partner.status != PartnerStatus.ENDED,
    )
    rows = session.execute(
        select(Program.program_id, _EDITION, Program.is_demo, speaks_for)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.program_id.in_(list(program_ids)))
    )
    return [CardProgram._make(row) for row in rows]


_EDITION: ColumnElement[str] = literal_column(
    "concat_ws(' ', programs.id, programs.xmin, programs.ctid, institutions.xmin, institutions.ctid)", Text
)
"""PostgreSQL writes a row anew, in another place and under another transaction, whenever it is changed."""


def _lines(column: InstrumentedAttribute[JsonArray]) -> ColumnElement[str]:
    """A JSON array as text, an element to a line: within JSON, line ends are written as escapes."""
    element = func.jsonb_array_elements(column).table_valued("value", with_ordinality="place").render_derived()
    joined = func.string_agg(cast(element.c.value, Text), aggregate_order_by(literal("\n"), element.c.place))
    return select(joined).select_from(element).scalar_subquery()
