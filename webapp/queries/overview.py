"""The service at one glance."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.import_job import WAITING
from webapp.domain.lead import AWAITING_CONFIRMATION, LeadStatus
from webapp.domain.listing_stage import ListingStage
from webapp.domain.message import MessageStatus
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.domain.program_proposal import ProposalStatus
from webapp.models import (
    ImportJob,
    Lead,
    ListingDraft,
    ListingStatus,
    Message,
    Partner,
    Program,
    ProgramProposal,
    Submission,
)
from webapp.queries.outbox import OutboxStatus, outbox_status
from webapp.queries.partners import paused_by
from webapp.queries.past_import import ImportRow, find_last_import

ATTENTION_WINDOW = timedelta(days=14)
_HELD = (LeadStatus.HELD_REVIEW, LeadStatus.HELD_CAP, LeadStatus.HELD_SCHEDULE)
_MESSAGES = (MessageStatus.UNCERTAIN, MessageStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts since midnight UTC, what needs a person, and how the machinery stands.

    `failed_leads` are those that can still be sent again, as in the queue of dead letters; `held` all there are;
    `troubled_messages` those of the last 14 days. `complained_about` are the partners that are paused for complaints.
    `waiting_listings` is what waits for those who may change the catalogue: `imports`, `reviews`, `proposals`.
    """

    since: datetime
    submissions: int
    leads: dict[LeadStatus, int]
    messages: dict[MessageStatus, int]
    failed_leads: int
    held: dict[LeadStatus, int]
    troubled_messages: dict[MessageStatus, int]
    complained_about: int
    waiting_listings: dict[str, int]
    outbox: OutboxStatus
    published: int
    last_import: ImportRow | None


def get_overview(session: Session, now: datetime) -> Overview:
    """How the service stands at `now`."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # What waits for a student to confirm their address needs nobody of ours.
    ours = Lead.reason.is_distinct_from(AWAITING_CONFIRMATION)
    failed = (Lead.status == LeadStatus.FAILED) & (Lead.expires_at > now)
    stuck = _leads_by_status(session, failed | (Lead.status.in_(_HELD) & ours))
    return Overview(
        since=since,
        submissions=session.execute(select(func.count()).where(Submission.created_at >= since)).scalar_one(),
        leads=_leads_by_status(session, Lead.created_at >= since),
        messages=_messages_by_status(session, since),
        failed_leads=stuck.get(LeadStatus.FAILED, 0),
        held={status: stuck[status] for status in _HELD if status in stuck},
        troubled_messages={
            status: count
            for status, count in _messages_by_status(session, now - ATTENTION_WINDOW).items()
            if status in _MESSAGES
        },
        complained_about=_complained_about(session),
        outbox=outbox_status(session, now),
        waiting_listings=_waiting_listings(session),
        published=session.execute(select(func.count()).where(Program.status == ListingStatus.PUBLISHED)).scalar_one(),
        last_import=find_last_import(session),
    )


def _complained_about(session: Session) -> int:
    paused = session.scalars(select(Partner).where(Partner.status == PartnerStatus.PAUSED)).all()
    return sum(1 for partner in paused if paused_by(session, partner) is PausedBy.COMPLAINTS)


def _waiting_listings(session: Session) -> dict[str, int]:
    """What waits for somebody who may change the catalogue, by kind."""
    imports = select(func.count()).where(ImportJob.status.in_(WAITING))
    reviews = select(func.count()).where(ListingDraft.stage == ListingStage.REVIEW.value)
    proposals = select(func.count()).where(
        ProgramProposal.status == ProposalStatus.PENDING, ProgramProposal.test.is_(False)
    )
    counts = (("imports", imports), ("reviews", reviews), ("proposals", proposals))
    return {name: session.execute(count).scalar_one() for name, count in counts}


def _leads_by_status(session: Session, which: Any) -> dict[LeadStatus, int]:
    rows = session.execute(select(Lead.status, func.count()).where(which).group_by(Lead.status))
    return {row[0]: row[1] for row in rows}


def _messages_by_status(session: Session, since: datetime) -> dict[MessageStatus, int]:
    rows = session.execute(
        select(Message.status, func.count()).where(Message.created_at >= since).group_by(Message.status)
    )
    return {row[0]: row[1] for row in rows}
