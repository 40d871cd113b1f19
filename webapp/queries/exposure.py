"""What was shown to students, and which of it belongs to partners. Nothing of who the students are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from webapp.domain.partner import PartnerStatus
from webapp.models import ListingStatus, Match, Partner, PartnerInstitution, Program, Submission


@dataclass(frozen=True, slots=True)
class Shown:
    """One place of one list. `submission` is a number that only tells lists apart."""

    submission: int
    rank: int
    score: float
    verdict: str
    band: str
    partner: bool


def shown_matches(session: Session, *, since: datetime | None, most: int) -> list[Shown]:
    """The stored matches of the newest `most` submissions, of those made since then.

    A program counts as a partner's where its institution has a live partner now: who paid then is not kept by match.
    """
    newest = select(Submission.id).order_by(Submission.created_at.desc(), Submission.id.desc()).limit(most)
    if since is not None:
        newest = newest.where(Submission.created_at >= since)
    rows = session.execute(
        select(
            func.dense_rank().over(order_by=Match.submission_id),
            Match.rank,
            Match.score,
            Match.verdict,
            Match.band,
            Partner.id.is_not(None),
        )
        .outerjoin(Program, Program.program_id == Match.program_id)
        .outerjoin(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
        .outerjoin(Partner, (Partner.id == PartnerInstitution.partner_id) & (Partner.status == PartnerStatus.LIVE))
        .where(Match.submission_id.in_(newest))
        .order_by(Match.submission_id, Match.rank)
    )
    return [Shown(*row) for row in rows]


def partner_share(session: Session) -> float | None:
    """The share of the published programs that belong to live partners; None where nothing is published."""
    share = (
        select(func.avg(Partner.id.is_not(None).cast(Integer)))
        .select_from(Program)
        .outerjoin(PartnerInstitution, PartnerInstitution.institution_id == Program.institution_id)
        .outerjoin(Partner, (Partner.id == PartnerInstitution.partner_id) & (Partner.status == PartnerStatus.LIVE))
        .where(Program.status == ListingStatus.PUBLISHED)
    )
    found = session.execute(share).scalar_one()
    return None if found is None else float(found)
