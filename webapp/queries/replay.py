"""A ranking as it was stored with a submission, with all that it depended on. Nothing of who asked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.models import Lead, Match, Submission


@dataclass(frozen=True, slots=True)
class StoredRanking:
    """The question (`profile`, `put_aside`, `salt`, `ranked_on`, `k`), the versions that answered it, and the answer.

    `matches` are in the ranking's JSON form as far as it is stored, by rank. `digest` is the SHA-256 of the whole
    ranking; None in submissions older than it.
    """

    submission_id: UUID
    profile: dict[str, Any]
    put_aside: frozenset[str]
    salt: bytes
    ranked_on: date
    k: int
    engine: str
    weights: str
    catalog: str
    considered: int
    excluded: dict[str, int]
    matches: tuple[dict[str, Any], ...]
    digest: bytes | None


def get_stored_ranking(session: Session, submission_id: UUID) -> StoredRanking:
    """The ranking of one submission, read anew from the rows. NotFound when there is no such submission."""
    row = session.get(Submission, submission_id, populate_existing=True)
    if row is None:
        raise NotFound("There is no such submission.")
    found = session.scalars(
        select(Match)
        .where(Match.submission_id == submission_id)
        .order_by(Match.rank)
        .execution_options(populate_existing=True)
    )
    matches = tuple(_in_json(match) for match in found)
    return StoredRanking(
        submission_id=row.id,
        profile=row.profile,
        put_aside=frozenset(row.put_aside),
        salt=row.draft_id.bytes,
        # Before the day was stored, the page was made and sent on one day, but for visits over midnight.
        ranked_on=row.ranked_on or row.created_at.date(),
        k=len(matches) if row.ranked_k is None else row.ranked_k,
        engine=row.engine_version,
        weights=row.weights_version,
        catalog=row.catalog_version,
        considered=row.considered,
        excluded=row.excluded,
        matches=matches,
        digest=row.ranking_digest,
    )


def _in_json(match: Match) -> dict[str, Any]:
    return {
        "program_id": match.program_id,
        "rank": match.rank,
        "score": match.score,
        "interval": [match.low, match.high],
        "coverage": match.coverage,
        "band": match.band,
        "verdict": match.verdict,
        "contributions": match.contributions,
        "reasons": match.reasons,
        "caveats": match.caveats,
        "gaps": match.gaps,
    }


@dataclass(frozen=True, slots=True)
class AskedList:
    """What one submission asked, without its answer."""

    submission_id: UUID
    profile: dict[str, Any]
    put_aside: frozenset[str]
    salt: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """The newest lists asked for in some time, the newest first, and how many there were in all."""

    total: int
    lists: tuple[AskedList, ...]


def asked_since(session: Session, since: datetime, *, most: int) -> Asked:
    """What the newest `most` submissions of students since then asked, seeds apart. Nothing of who asked."""
    ours = select(Lead.id).where(Lead.submission_id == Submission.id, Lead.seed).exists()
    asked = (Submission.created_at >= since, ~ours)
    total = session.execute(select(func.count()).where(*asked)).scalar_one()
    rows = session.execute(
        select(Submission.id, Submission.profile, Submission.put_aside, Submission.draft_id)
        .where(*asked)
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(most)
    )
    lists = (AskedList(row.id, row.profile, frozenset(row.put_aside), row.draft_id.bytes) for row in rows)
    return Asked(total, tuple(lists))
