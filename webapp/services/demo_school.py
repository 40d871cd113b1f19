"""The receiving end of a demo school, in development: checks the signature as a real one should, and keeps the lead."""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import InvalidSignature, verify
from webapp.models import Partner, PartnerEndpoint, ReceivedPosting


class Received(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNSIGNED = "unsigned"
    UNKNOWN_SCHOOL = "unknown_school"


def receive(
    session: Session, clock: Clock, seal: Seal, *, slug: str, headers: Mapping[str, str], body: bytes
) -> Received:
    """Take one webhook for the school `slug`."""
    sealed = session.scalars(
        select(PartnerEndpoint.sealed_secret)
        .join(Partner, Partner.id == PartnerEndpoint.partner_id)
        .where(Partner.slug == slug, PartnerEndpoint.disabled_at.is_(None))
    ).all()
    if not sealed:
        return Received.UNKNOWN_SCHOOL
    try:
        verify([seal.open(each) for each in sealed], headers, body, now=clock.now())
    except InvalidSignature:
        return Received.UNSIGNED
    webhook_id = {name.lower(): value for name, value in headers.items()}["webhook-id"]
    kept = session.execute(
        insert(ReceivedPosting)
        .values(id=new_id(), partner_slug=slug, webhook_id=webhook_id, body=body.decode("utf-8", "replace"))
        .on_conflict_do_nothing(index_elements=["webhook_id"])
        .returning(ReceivedPosting.id)
    ).first()
    return Received.ACCEPTED if kept else Received.DUPLICATE
