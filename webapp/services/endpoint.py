"""Webhook endpoints: where a partner wants its leads posted, added and disabled by the partner's own systems."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import Channel
from webapp.domain.errors import NotFound
from webapp.gateways.sealing import Seal
from webapp.models import PartnerEndpoint
from webapp.services import audit, delivery_method, signing_secret
from webapp.services.delivery_method import Wanted

DISABLED_BY_PARTNER: Final = "disabled_by_partner"


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint just made. `secret` signs what is posted there; it is shown this once."""

    id: UUID
    secret: str = field(repr=False)


def create_endpoint(
    session: Session, clock: Clock, seal: Seal, *, partner_id: UUID, url: str, allow_loopback: bool, actor: str
) -> NewEndpoint:
    """Add an endpoint behind the delivery methods there are: leads go there when the ones before it fail.

    Refused for an address that cannot be one of a partner's, or when it has as many methods as it may. Where its name
    leads is judged anew at each delivery.
    """
    wanted = Wanted(Channel.WEBHOOK, url=url)
    added = delivery_method.add(session, clock, seal, partner_id, wanted, allow_loopback=allow_loopback)
    if added.secret is None:
        raise TypeError("a webhook has a secret")
    made = NewEndpoint(added.method_id, added.secret)
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


def rotate_endpoint_secret(
    session: Session, clock: Clock, seal: Seal, *, partner_id: UUID, endpoint_id: UUID, actor: str
) -> str:
    """A new secret, told this once; the former one signs too for a day. NotFound unless it is the partner's own."""
    row = session.get(PartnerEndpoint, endpoint_id)
    if row is None or row.partner_id != partner_id:
        raise NotFound("There is no such endpoint.")
    secret = signing_secret.rotate_secret(session, clock, seal, endpoint_id)
    _write_down(session, clock, endpoint_id, "endpoint.rotate_secret", actor, partner_id)
    return secret


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
