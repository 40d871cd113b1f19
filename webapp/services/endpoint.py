"""Webhook endpoints: where a partner wants its leads posted, added and disabled by the partner's own systems."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.gateways.address_guard import check_form
from webapp.gateways.errors import Permanent
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import new_secret
from webapp.models import Partner, PartnerEndpoint
from webapp.services import audit

MOST_ENDPOINTS: Final = 10
DISABLED_BY_PARTNER: Final = "disabled_by_partner"


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint just made. `secret` signs what is posted there; it is shown this once."""

    id: UUID
    secret: str = field(repr=False)


def create_endpoint(
    session: Session, clock: Clock, seal: Seal, *, partner_id: UUID, url: str, allow_loopback: bool, actor: str
) -> NewEndpoint:
    """Add an endpoint; leads that are handed over from now on go there, since the newest is the one in use.

    Refused for an address that cannot be one of a partner's, or when there are too many. Where its name leads is
    judged anew at each delivery.
    """
    problems = []
    try:
        check_form(url, allow_loopback=allow_loopback)
    except Permanent as fault:
        problems.append(Problem("url", fault.text, "Give the public https:// address of your system."))
    # Locked, so that two at once are counted.
    session.execute(select(Partner.id).where(Partner.id == partner_id).with_for_update(key_share=True))
    held = session.execute(
        select(func.count()).where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.disabled_at.is_(None))
    ).scalar_one()
    if held >= MOST_ENDPOINTS:
        problems.append(
            Problem("url", f"You have {MOST_ENDPOINTS} endpoints already.", "Disable one that is not used.")
        )
    if problems:
        raise Refused(*problems)
    made = NewEndpoint(new_id(), new_secret())
    session.add(
        PartnerEndpoint(
            id=made.id,
            partner_id=partner_id,
            url=url,
            sealed_secret=seal.close(made.secret),
            created_at=clock.now(),
        )
    )
    session.flush()
    _write_down(session, clock, made.id, "endpoint.create", actor, partner_id)
    return made


def disable_endpoint(session: Session, clock: Clock, *, partner_id: UUID, endpoint_id: UUID, actor: str) -> None:
    """Nothing more is posted there. Twice is the same as once. NotFound unless it is the partner's own."""
    row = session.get(PartnerEndpoint, endpoint_id, with_for_update=True, populate_existing=True)
    if row is None or row.partner_id != partner_id:
        raise NotFound("There is no such endpoint.")
    if row.disabled_at is None:
        row.disabled_at, row.disabled_reason = clock.now(), DISABLED_BY_PARTNER
        _write_down(session, clock, row.id, "endpoint.disable", actor, partner_id)


def _write_down(session: Session, clock: Clock, endpoint_id: UUID, action: str, actor: str, partner_id: UUID) -> None:
    audit.record(
        session,
        clock,
        staff_id=None,
        actor=actor,
        action=action,
        object_type="partner_endpoint",
        object_id=str(endpoint_id),
        after={"partner_id": str(partner_id)},
    )
