"""Feedback on single matches: a program is put aside, and can be taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.feedback import FeedbackReason
from webapp.domain.ids import new_id
from webapp.models import Draft, Feedback
from webapp.services import draft as drafts

MOST_PUT_ASIDE = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """A match as it stood on the page: what the feedback is on."""

    program_id: str
    rank: int
    shown: int
    score: float
    band: str
    verdict: str
    engine: str
    weights: str
    catalog: str


@dataclass(frozen=True, slots=True)
class Effect:
    """The one answer that a complaint changes, as a draft keeps it; `before` is None where there was none."""

    step: str
    field: str
    before: str | None
    after: str

    def to_json(self) -> dict[str, Any]:
        """The effect as a row keeps it."""
        return {"step": self.step, "field": self.field, "before": self.before, "after": self.after}


def put_aside(
    session: Session,
    clock: Clock,
    draft_id: UUID,
    seen: Seen,
    reason: FeedbackReason,
    effect: Effect | None,
    *,
    keep: timedelta,
) -> bool:
    """Leave a program out of a draft's list from now on, and change the answer that the complaint is about.

    False, and nothing changes, where it is put aside already. Refused beyond `MOST_PUT_ASIDE`.
    """
    # Two posts at once wait for each other here.
    session.execute(select(Draft.id).where(Draft.id == draft_id).with_for_update())
    _check_room(session, draft_id)
    made = session.execute(
        insert(Feedback)
        .values(
            id=new_id(),
            draft_id=draft_id,
            program_id=seen.program_id,
            reason=reason,
            rank=seen.rank,
            shown=seen.shown,
            score=seen.score,
            band=seen.band,
            verdict=seen.verdict,
            engine_version=seen.engine,
            weights_version=seen.weights,
            catalog_version=seen.catalog,
            effect={} if effect is None else effect.to_json(),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Feedback.id)
    ).first()
    if made is None:
        return False
    if effect is not None:
        drafts.change_answers(session, clock, draft_id, {effect.step: {effect.field: effect.after}}, keep=keep)
    return True


def take_back(session: Session, clock: Clock, draft_id: UUID, program_id: str, *, keep: timedelta) -> bool:
    """Show a program again, and put the answer back that its complaint changed, unless it was changed again since.

    False where it is not put aside.
    """
    row = session.scalars(
        select(Feedback)
        .where(Feedback.draft_id == draft_id, Feedback.program_id == program_id, Feedback.taken_back_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return False
    row.taken_back_at = clock.now()
    _put_back(session, clock, draft_id, row.effect, keep)
    return True


def _put_back(session: Session, clock: Clock, draft_id: UUID, effect: Mapping[str, Any], keep: timedelta) -> None:
    if not effect:
        return
    draft = session.execute(select(Draft).where(Draft.id == draft_id).with_for_update()).scalar_one()
    if draft.answers.get(effect["step"], {}).get(effect["field"]) != effect["after"]:
        return
    restored = {effect["step"]: {effect["field"]: effect["before"]}}
    if draft.earlier and draft.earlier[-1] == restored:
        drafts.undo_change(session, clock, draft_id, keep=keep)
    else:
        drafts.change_answers(session, clock, draft_id, restored, keep=keep)


def _check_room(session: Session, draft_id: UUID) -> None:
    count = session.scalar(
        select(func.count())
        .select_from(Feedback)
        .where(Feedback.draft_id == draft_id, Feedback.taken_back_at.is_(None))
    )
    if (count or 0) >= MOST_PUT_ASIDE:
        raise Refused(
            Problem(
                "feedback",
                f"You have put {MOST_PUT_ASIDE} programs aside, as many as we keep.",
                "Set a limit instead, or take some back.",
            )
        )
