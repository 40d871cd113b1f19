"""A notice as the partner's person sees it, behind the link in the mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.ids import token_hash
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.models import Lead, Partner, PartnerNotice, Program, Prospect


@dataclass(frozen=True, slots=True)
class Notice:
    """What was decided about which lead. `corrected` holds the new values, for a correction that still stands."""

    kind: NoticeKind
    lead_id: UUID
    program_id: str
    program_name: str
    legal_name: str
    decided_at: datetime
    acknowledged_at: datetime | None
    corrected: Mapping[str, str | None]


def find_notice(session: Session, token: str) -> Notice | None:
    """The notice behind a link; None for a wrong link, and when a later notice took its place."""
    row = session.execute(
        select(PartnerNotice, Lead, Partner.legal_name, Program.name, Prospect)
        .join(Lead, Lead.id == PartnerNotice.lead_id)
        .join(Partner, Partner.id == PartnerNotice.partner_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .where(PartnerNotice.token_hash == token_hash(token), PartnerNotice.status != NoticeStatus.CANCELLED)
    ).first()
    if row is None:
        return None
    notice, lead = row.PartnerNotice, row.Lead
    # Once it is acknowledged, or the student was erased, the page has no details to show any more.
    shown = notice.fields if notice.acknowledged_at is None and row.Prospect.erased_at is None else ()
    return Notice(
        kind=notice.kind,
        lead_id=lead.id,
        program_id=lead.program_id,
        program_name=row.name or lead.program_id,
        legal_name=row.legal_name,
        decided_at=notice.created_at,
        acknowledged_at=notice.acknowledged_at,
        corrected={name: getattr(row.Prospect, name) for name in shown},
    )
