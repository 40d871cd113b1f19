"""What stands on the cards of a list, for many lists at once: the matches as stored, and how programs stand."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, any_, cast, exists, literal, literal_column, select
from sqlalchemy.orm import Session

from webapp.domain.partner import PartnerStatus
from webapp.models import Institution, Match, Partner, PartnerInstitution, Program


class CardMatch(NamedTuple):
    """One match. What the engine said of it are the texts of JSON arrays, as PostgreSQL writes them."""

    submission_id: UUID
    program_id: str
    rank: int
    verdict: str
    reasons: str
    caveats: str
    gaps: str


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
            cast(Match.reasons, Text),
            cast(Match.caveats, Text),
            cast(Match.gaps, Text),
        )
        .where(Match.submission_id == any_(literal(list(submission_ids), ARRAY(Uuid))))
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
        .where(Program.program_id == any_(literal(list(program_ids), ARRAY(Text))))
    )
    return [CardProgram._make(row) for row in rows]


_EDITION: ColumnElement[str] = literal_column(
    "concat_ws(' ', programs.id, programs.xmin, programs.ctid, institutions.xmin, institutions.ctid)", Text
)
"""PostgreSQL writes a row anew, in another place and under another transaction, whenever it is changed."""
