"""Status links: a partner without a log-in says once, behind a link, how far it came with one lead."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.funnel import FunnelSource
from webapp.domain.ids import new_id, token_hash
from webapp.domain.links import Links
from webapp.domain.message import MessageClass, Template
from webapp.models import Lead, StatusLink
from webapp.services import funnel, message

VALID: Final = timedelta(days=30)


def open_link(session: Session, clock: Clock, links: Links, lead_id: UUID) -> UUID:
    """Make a link for a lead that was delivered; its id, from which `links.status_url` makes the address.

    Only the hash of its token is stored. Refused for a lead that was not delivered.
    """
    lead = session.get(Lead, lead_id)
    if lead is None:
        raise NotFound("There is no such lead.")
    if lead.delivered_at is None:
        raise Refused(Problem("lead", "It was not delivered, so nothing can be said of it."))
    made = StatusLink(id=new_id(), lead_id=lead_id, created_at=clock.now(), expires_at=clock.now() + VALID)
    made.token_hash = token_hash(links.status_token(made.id))
    session.add(made)
    session.flush()
    return made.id


def ask(session: Session, clock: Clock, links: Links, lead_id: UUID) -> UUID:
    """Mail the partner's contact a new link for a lead; the link's id. Refused as `open_link`."""
    link_id = open_link(session, clock, links, lead_id)
    lead = session.get_one(Lead, lead_id)
    message.queue(
        session,
        key=f"status:{link_id}:{Template.STATUS_REQUEST}",
        message_class=MessageClass.PARTNER,
        template=Template.STATUS_REQUEST,
        at=clock.now(),
        partner_id=lead.partner_id,
        lead_id=lead_id,
        about={"link_id": str(link_id)},
    )
    return link_id


def use(session: Session, clock: Clock, token: str, said: funnel.Said) -> bool:
    """Record what the one with the link says, and close the link; whether it was new.

    The same answer again is harmless. NotFound for a wrong link; Refused, and the link stays open, when the answer
    cannot be; Refused for good when the link is over or was used for another answer.
    """
    link = _locked(session, token)
    if link.used_at is None and link.expires_at <= clock.now():
        raise Refused(Problem("link", "This link is over.", "Ask us for another one."))
    if link.used_at is not None and not _stands(session, link.lead_id, said):
        raise Refused(Problem("link", "This link was used already.", "Ask us for another one."))
    was_new = funnel.record(session, clock, link.lead_id, said, source=FunnelSource.LINK, actor="mailed link")
    link.used_at = link.used_at or clock.now()
    session.flush()
    return was_new


def _stands(session: Session, lead_id: UUID, said: funnel.Said) -> bool:
    return any(
        step.status is said.status and step.on == said.on
        for step in funnel.steps_of(session, [lead_id]).get(lead_id, ())
    )


def _locked(session: Session, token: str) -> StatusLink:
    """The link, its lead locked before it, as everywhere."""
    hashed = token_hash(token)
    lead_id = session.execute(select(StatusLink.lead_id).where(StatusLink.token_hash == hashed)).scalar_one_or_none()
    if lead_id is None:
        raise NotFound("There is no such link.")
    session.get_one(Lead, lead_id, with_for_update={"key_share": True}, populate_existing=True)
    return session.execute(
        select(StatusLink)
        .where(StatusLink.token_hash == hashed)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
