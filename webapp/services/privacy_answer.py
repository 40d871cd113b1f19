"""Carrying out what a privacy request asks for, on everything that we hold of one person."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.message import MessageClass
from webapp.domain.privacy_request import CARRIED_OUT_HERE, DESK, RequestKind
from webapp.domain.suppression import SuppressionReason
from webapp.models import PrivacyRequest, Prospect
from webapp.services import erasure, lead, privacy_request, suppression

UNASKED = (MessageClass.MATCHES, MessageClass.FOLLOW_UP)


def carry_out(session: Session, clock: Clock, request_id: UUID) -> int:
    """Erase, take back or stop mail for every request of the person's address; how many of theirs that touched.

    Partners are told by the same notices as when a student does it. Refused for kinds that the student's own page does,
    and where the request names no address.
    """
    row = session.get(PrivacyRequest, request_id)
    if row is None:
        raise NotFound("There is no such request.")
    if row.kind not in CARRIED_OUT_HERE:
        raise Refused(Problem("request", "This kind is answered by hand."))
    if row.person is None:
        raise Refused(Problem("request", "The request names no address, so nothing can be found by it."))
    known = Prospect.email_key == row.person
    found = session.scalars(select(Prospect.id).where(known, Prospect.erased_at.is_(None)).order_by(Prospect.id)).all()
    for prospect_id in found:
        if row.kind is RequestKind.ERASURE:
            erasure.erase(session, clock, prospect_id, page=DESK)
        elif row.kind is RequestKind.WITHDRAWAL:
            lead.withdraw_all(session, clock, prospect_id=prospect_id, page=DESK)
    if row.kind is RequestKind.OBJECTION:
        reason = SuppressionReason.ASKED_OF_STAFF
        suppression.suppress(session, row.person, UNASKED, reason=reason, at=clock.now())
    privacy_request.mark_carried_out(session, clock, request_id)
    return len(found)
