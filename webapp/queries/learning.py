"""What students did with their lists, for learning weights: nothing of who they are, who pays, how much or how many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.feedback import FeedbackReason
from webapp.domain.lead import LeadStatus
from webapp.models import Feedback, FunnelStanding, Lead, Match, Program, Submission


@dataclass(frozen=True, slots=True)
class ListedProgram:
    """A program as it stood in one list. `institution` only tells schools apart; None where it left the catalogue.

    `introduced` is None where the student took the introduction back. `applied` and `enrolled` are dated by the school.
    """

    program_id: str
    institution: UUID | None
    rank: int
    verdict: str
    contributions: dict[str, float]
    introduced: bool | None
    applied: bool
    enrolled: bool


@dataclass(frozen=True, slots=True)
class PutAside:
    """A program that a student put aside, at the place where it stood."""

    program_id: str
    rank: int


@dataclass(frozen=True, slots=True)
class ChosenList:
    """A list from which somebody chose. `profile` is what the engine knew of them."""

    submission_id: UUID
    profile: dict[str, Any]
    programs: tuple[ListedProgram, ...]
    put_aside: tuple[PutAside, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists with a choice, the newest first, out of `seen` lists ranked alike from `first` to `last`."""

    lists: tuple[ChosenList, ...]
    seen: int
    first: datetime | None
    last: datetime | None


def choices_since(session: Session, *, weights: str, engine: str, since: datetime | None, most: int) -> Choices:
    """The newest `most` lists ranked with these weights and this engine from which a student chose.

    Test leads and seeds are left out. So is "I know it already", which says nothing of what a program is worth.
    """
    alike = [Submission.weights_version == weights, Submission.engine_version == engine]
    if since is not None:
        alike.append(Submission.created_at >= since)
    seen, first, last = session.execute(
        select(func.count(), func.min(Submission.created_at), func.max(Submission.created_at)).where(*alike)
    ).one()
    chosen = select(Lead.submission_id).where(Lead.counts, Lead.seed.is_(False))
    rows = session.execute(
        select(Submission.id, Submission.profile, Submission.draft_id)
        .where(*alike, Submission.id.in_(chosen))
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(most)
    ).all()
    programs = _programs(session, [row.id for row in rows])
    aside = _put_aside(session, [row.draft_id for row in rows], weights)
    lists = tuple(ChosenList(row.id, row.profile, tuple(programs[row.id]), tuple(aside[row.draft_id])) for row in rows)
    return Choices(lists, seen, first, last)


def _programs(session: Session, submission_ids: Iterable[UUID]) -> Mapping[UUID, list[ListedProgram]]:
    rows = session.execute(
        select(
            Match.submission_id,
            Match.program_id,
            Program.institution_id,
            Match.rank,
            Match.verdict,
            Match.contributions,
            Lead.status,
            FunnelStanding.applied_on,
            FunnelStanding.enrolled_on,
            FunnelStanding.started_on,
        )
        .outerjoin(Lead, (Lead.match_id == Match.id) & Lead.counts)
        .outerjoin(FunnelStanding, FunnelStanding.lead_id == Lead.id)
        .outerjoin(Program, Program.program_id == Match.program_id)
        .where(Match.submission_id.in_(list(submission_ids)))
        .order_by(Match.submission_id, Match.rank)
    )
    found: dict[UUID, list[ListedProgram]] = defaultdict(list)
    for row in rows:
        enrolled = row.enrolled_on is not None or row.started_on is not None
        found[row.submission_id].append(
            ListedProgram(
                program_id=row.program_id,
                institution=row.institution_id,
                rank=row.rank,
                verdict=row.verdict,
                contributions=row.contributions,
                introduced=None if row.status is LeadStatus.WITHDRAWN else row.status is not None,
                applied=row.applied_on is not None,
                enrolled=enrolled,
            )
        )
    return found


def _put_aside(session: Session, draft_ids: Iterable[UUID], weights: str) -> Mapping[UUID, list[PutAside]]:
    rows = session.execute(
        select(Feedback.draft_id, Feedback.program_id, Feedback.rank)
        .where(
            Feedback.draft_id.in_(list(draft_ids)),
            Feedback.taken_back_at.is_(None),
            Feedback.reason != FeedbackReason.KNOWN,
            Feedback.weights_version == weights,
        )
        .order_by(Feedback.draft_id, Feedback.program_id)
    )
    found: dict[UUID, list[PutAside]] = defaultdict(list)
    for draft_id, program_id, rank in rows:
        if draft_id is not None:
            found[draft_id].append(PutAside(program_id, rank))
    return found
