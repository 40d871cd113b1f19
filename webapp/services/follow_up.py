"""Follow-ups: planned as rows with a due time, looked at again when that comes, then queued once or dropped."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.follow_up import (
    NEWS_AFTER,
    NEWS_APART,
    NEWS_UNTIL,
    QUESTION_AFTER,
    QUESTION_UNTIL,
    Dropped,
    FollowUpKind,
)
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.models import ContactAnswer, FollowUp, Lead, Prospect
from webapp.observability.metrics import FOLLOW_UPS
from webapp.queries.listing import current_version
from webapp.queries.listing_change import listing_changes, students_with_news
from webapp.services import message, opt_in, suppression

MOST_AT_ONCE = 500


def plan_question(session: Session, lead: Lead, *, at: datetime) -> None:
    """Ask some days from now whether the school was in touch. Once for each lead, and never of a test."""
    if lead.test:
        return
    _plan(
        session,
        key=f"lead:{lead.id}:{FollowUpKind.CONTACT_QUESTION}",
        kind=FollowUpKind.CONTACT_QUESTION,
        prospect_id=lead.prospect_id,
        lead_id=lead.id,
        due_at=at + QUESTION_AFTER,
        expires_at=at + QUESTION_UNTIL,
    )


def plan_news(session: Session, clock: Clock, *, limit: int = MOST_AT_ONCE) -> int:
    """Plan a mail for each student whose listings were changed since they last heard; how many students that were.

    While one waits for its time, no other is planned: what comes meanwhile is in it.
    """
    now, version = clock.now(), current_version(session)
    found = students_with_news(session, version, limit=limit)
    for prospect_id in found:
        prospect = session.get_one(Prospect, prospect_id, with_for_update={"key_share": True}, populate_existing=True)
        since, prospect.listing_news_from = prospect.listing_news_from, version
        if since is None or _waits(session, prospect_id):
            continue
        _plan(
            session,
            key=f"prospect:{prospect_id}:{FollowUpKind.LISTING_CHANGED}:{version}",
            kind=FollowUpKind.LISTING_CHANGED,
            prospect_id=prospect_id,
            about={"since_version": since},
            due_at=max(now + NEWS_AFTER, _last_due(session, prospect_id, now) + NEWS_APART),
            expires_at=now + NEWS_AFTER + NEWS_APART + NEWS_UNTIL,
        )
    return len(found)


def settle_due(session: Session, clock: Clock, *, limit: int = MOST_AT_ONCE) -> int:
    """Queue the mail of each follow-up whose time has come, or drop it with its reason; how many were settled.

    Several of us at once take different rows.
    """
    now = clock.now()
    due = session.scalars(
        select(FollowUp)
        .where(FollowUp.settled_at.is_(None), FollowUp.due_at <= now)
        .order_by(FollowUp.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        _settle(session, row, now)
    return len(due)


def _settle(session: Session, row: FollowUp, now: datetime) -> None:
    why_not = _why_not(session, row, now)
    row.settled_at, row.reason = now, why_not.value if why_not else None
    FOLLOW_UPS.labels(row.reason or "queued").inc()
    if row.reason is not None:
        return
    row.message_id = message.queue(
        session,
        key=f"follow_up:{row.key}",
        message_class=row.kind.message_class,
        template=row.kind.template,
        at=now,
        prospect_id=row.prospect_id,
        lead_id=row.lead_id,
        about=row.about,
    )
    if row.message_id is None:
        row.reason = Dropped.QUEUED_BEFORE.value


def _why_not(session: Session, row: FollowUp, now: datetime) -> Dropped | None:
    prospect = session.get_one(Prospect, row.prospect_id, populate_existing=True)
    if prospect.erased_at is not None or prospect.email is None:
        return Dropped.RECIPIENT_ERASED
    if now > row.expires_at:
        return Dropped.CAME_TOO_LATE
    if suppression.is_key_suppressed(session, prospect.email_key, row.kind.message_class):
        return Dropped.STOPPED_BY_STUDENT
    if not opt_in.is_confirmed(session, prospect.email_key):
        return Dropped.UNCONFIRMED_ADDRESS
    return _NEEDLESS[row.kind](session, row)


def _needless_question(session: Session, row: FollowUp) -> Dropped | None:
    lead = session.get_one(Lead, row.lead_id, populate_existing=True)
    if lead.status is not LeadStatus.DELIVERED:
        return Dropped.NO_LONGER_WITH_SCHOOL
    return Dropped.ANSWERED_BEFORE if session.get(ContactAnswer, lead.id) is not None else None


def _needless_news(session: Session, row: FollowUp) -> Dropped | None:
    prospect = session.get_one(Prospect, row.prospect_id)
    if prospect.listing_news_from is None:
        return Dropped.STOPPED_BY_STUDENT
    # What comes after this look is news of the next mail.
    prospect.listing_news_from = current_version(session)
    return None if listing_changes(session, row.prospect_id, row.about["since_version"]) else Dropped.CHANGED_BACK


_NEEDLESS: dict[FollowUpKind, Callable[[Session, FollowUp], Dropped | None]] = {
    FollowUpKind.CONTACT_QUESTION: _needless_question,
    FollowUpKind.LISTING_CHANGED: _needless_news,
}


def _plan(session: Session, **values: object) -> None:
    session.execute(insert(FollowUp).values(id=new_id(), **values).on_conflict_do_nothing(index_elements=["key"]))


def _waits(session: Session, prospect_id: UUID) -> bool:
    statement = select(FollowUp.id).where(
        FollowUp.prospect_id == prospect_id,
        FollowUp.kind == FollowUpKind.LISTING_CHANGED,
        FollowUp.settled_at.is_(None),
    )
    return session.execute(statement.limit(1)).first() is not None


def _last_due(session: Session, prospect_id: UUID, now: datetime) -> datetime:
    """When the last mail about changes was due; long ago where there was none."""
    latest: datetime | None = session.execute(
        select(func.max(FollowUp.due_at)).where(
            FollowUp.prospect_id == prospect_id,
            FollowUp.kind == FollowUpKind.LISTING_CHANGED,
            FollowUp.message_id.is_not(None),
        )
    ).scalar()
    return latest or now - 2 * NEWS_APART
