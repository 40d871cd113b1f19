"""Which leads the people of a partner may know of: the one condition that every page of theirs puts into its WHERE."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_

from webapp.domain.lead import SEEN_BY_PARTNER, LeadStatus
from webapp.domain.notice import NoticeKind
from webapp.models import Lead, PartnerNotice


def visible_to(partner_id: UUID, status: LeadStatus | None = None) -> ColumnElement[bool]:
    """The partner's leads in `status`, or in any, of which nothing waits for the student or for us.

    A withdrawn one is seen where the partner was told that it is: then it had it, or may have.
    """
    told = exists().where(
        PartnerNotice.lead_id == Lead.id, PartnerNotice.kind.in_((NoticeKind.WITHDRAWN, NoticeKind.ERASED))
    )
    withdrawn = and_(Lead.status == LeadStatus.WITHDRAWN, told)
    if status is None:
        return and_(Lead.partner_id == partner_id, or_(Lead.status.in_(SEEN_BY_PARTNER), withdrawn))
    seen = Lead.status == status if status in SEEN_BY_PARTNER else false()
    return and_(Lead.partner_id == partner_id, withdrawn if status is LeadStatus.WITHDRAWN else seen)


def is_opened() -> ColumnElement[bool]:
    """Whether somebody of the partner has looked at a lead's page; for selects from leads."""
    return Lead.first_look_at.is_not(None)
