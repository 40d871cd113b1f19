"""The receiving end of a demo school, in development: checks the signature as a real one should, and keeps the lead."""

import json
from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import InvalidSignature, verify
from webapp.models import Partner, PartnerEndpoint, ReceivedPosting


class Received(StrEnum):
    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    DUPLICATE = "duplicate"
    UNSIGNED = "unsigned"
    UNKNOWN_SCHOOL = "unknown_school"


def receive(
    session: Session, clock: Clock, seal: Seal, *, slug: str, headers: Mapping[str, str], body: bytes
) -> Received:
    """Take one webhook for the school `slug`. Told to erase a lead, it deletes all it has of it, and says so."""
    sealed = session.scalars(
        select(PartnerEndpoint.sealed_secret)
        .join(Partner, Partner.id == PartnerEndpoint.partner_id)
        .where(Partner.slug == slug, PartnerEndpoint.disabled_at.is_(None))
    ).all()
    opened = [seal.open(each) for each in sealed if each is not None]
    if not opened:
        return Received.UNKNOWN_SCHOOL
    try:
        verify(opened, headers, body, now=clock.now())
    except InvalidSignature:
        return Received.UNSIGNED
    webhook_id = {name.lower(): value for name, value in headers.items()}["webhook-id"]
    kept = session.execute(
        insert(ReceivedPosting)
        .values(id=new_id(), partner_slug=slug, webhook_id=webhook_id, body=body.decode("utf-8", "replace"))
        .on_conflict_do_nothing(index_elements=["webhook_id"])
        .returning(ReceivedPosting.id)
    ).first()
    if kept and _asks_to_delete(body):
        _delete_lead(session, slug, json.loads(body)["data"]["lead_id"])
        return Received.ACKNOWLEDGED
    return Received.ACCEPTED if kept else Received.DUPLICATE


def _asks_to_delete(body: bytes) -> bool:
    return _event(body) in ("lead.withdrawn", "lead.erased")


def _event(body: str | bytes) -> str | None:
    """The type of an event; None for a lead, which has none, and for what cannot be read."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document.get("type") if isinstance(document, dict) else None


def _delete_lead(session: Session, slug: str, lead_id: str) -> None:
    """The lead itself and its corrections; what it was told to do stays to be looked at."""
    named = select(ReceivedPosting.id, ReceivedPosting.body).where(
        ReceivedPosting.partner_slug == slug, ReceivedPosting.body.contains(lead_id, autoescape=True)
    )
    gone = [row.id for row in session.execute(named) if _event(row.body) in (None, "lead.corrected")]
    session.execute(
        delete(ReceivedPosting).where(ReceivedPosting.id.in_(gone)).execution_options(synchronize_session=False)
    )
