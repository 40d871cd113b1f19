"""What a draft's list goes without: the programs put aside there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.feedback import FeedbackReason
from webapp.models import Feedback


@dataclass(frozen=True, slots=True)
class PutAside:
    """One program put aside, why, and the answer that it changed (empty where none)."""

    program_id: str
    reason: FeedbackReason
    effect: Mapping[str, Any]


def list_put_aside(session: Session, draft_id: UUID) -> tuple[PutAside, ...]:
    """The programs that are put aside now, the latest first."""
    rows = session.execute(
        select(Feedback.program_id, Feedback.reason, Feedback.effect)
        .where(Feedback.draft_id == draft_id, Feedback.taken_back_at.is_(None))
        .order_by(Feedback.created_at.desc(), Feedback.id.desc())
    )
    return tuple(PutAside(row.program_id, row.reason, row.effect) for row in rows)
