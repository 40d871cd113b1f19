"""A partner's delivery methods: added, changed, put in order, taken away, switched off and on again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.delivery import MOST_METHODS, Channel, Side
from webapp.domain.delivery_method import PostConfig, Wanted, read_config
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.gateways.address_guard import check_url
from webapp.gateways.errors import Permanent
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import new_secret
from webapp.models import Partner, PartnerEndpoint
from webapp.queries.failed_deliveries import failed_of_method
from webapp.services import method_health
from webapp.services.method_row import get_locked
from webapp.services.redelivery import Replayed, replay_each
from webapp.services.transaction import Begin

LONGEST_NAME = 60
LONGEST_CREDENTIAL = 2000


@dataclass(frozen=True, slots=True)
class Added:
    """The new method. `secret` signs what is posted; it is told this once, and is None where nothing is posted."""

    method_id: UUID
    secret: str | None


def add(
    session: Session, clock: Clock, seal: Seal, partner_id: UUID, wanted: Wanted, *, allow_loopback: bool = False
) -> Added:
    """Add a method behind those there are. Refused with every fault at once, each with what would be right."""
    existing = _locked_methods(session, partner_id)
    problems = _problems(wanted, allow_loopback=allow_loopback)
    problems += _too_many(existing)
    if wanted.kind is Channel.PORTAL and any(each.kind is Channel.PORTAL for each in existing):
        problems.append(Problem("kind", "The portal is among the methods already.", "Once is enough."))
    if problems:
        raise Refused(*problems)
    secret = new_secret() if wanted.kind.posts else None
    method = PartnerEndpoint(
        id=new_id(),
        partner_id=partner_id,
        kind=wanted.kind,
        position=max((each.position for each in existing), default=0) + 1,
        sealed_secret=seal.close(secret) if secret else None,
        created_at=clock.now(),
    )
    _put(method, wanted, seal)
    session.add(method)
    session.flush()
    return Added(method.id, secret)


def _too_many(existing: Sequence[PartnerEndpoint]) -> list[Problem]:
    """What stands against one more in use. Those that are switched off do not count."""
    if sum(each.disabled_at is None for each in existing) < MOST_METHODS:
        return []
    return [Problem("methods", f"There are {MOST_METHODS} in use already.", "Remove one, or switch it off, first.")]


def change(
    session: Session,
    seal: Seal,
    method_id: UUID,
    wanted: Wanted,
    *,
    partner_id: UUID | None = None,
    allow_loopback: bool = False,
) -> None:
    """Change a method's settings; what is on its way takes the new ones. Its kind stays: for another, add another."""
    method = get_locked(session, method_id, partner_id=partner_id)
    problems = _problems(wanted, allow_loopback=allow_loopback)
    if wanted.kind is not method.kind:
        problems.append(Problem("kind", "cannot be changed.", "Add a method of that kind and remove this one."))
    if problems:
        raise Refused(*problems)
    _put(method, wanted, seal)


def reorder(session: Session, partner_id: UUID, method_ids: Sequence[UUID]) -> None:
    """Put the partner's methods in the order of `method_ids`, which must name each of them once."""
    existing = {each.id: each for each in _locked_methods(session, partner_id)}
    if len(set(method_ids)) != len(method_ids) or set(method_ids) != set(existing):
        raise Refused(Problem("order", "does not name each method once.", "Load the page again: they have changed."))
    for position, method_id in enumerate(method_ids, start=1):
        existing[method_id].position = position


def put_earlier(session: Session, partner_id: UUID, method_id: UUID) -> None:
    """Let the method change places with the one before it. The first one stays. NotFound unless it is the partner's."""
    order = [each.id for each in _locked_methods(session, partner_id)]
    if method_id not in order:
        raise NotFound("There is no such delivery method.")
    place = order.index(method_id)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
        reorder(session, partner_id, order)


def remove(session: Session, clock: Clock, method_id: UUID, *, partner_id: UUID | None = None) -> None:
    """Take a method away. What waits for it goes to the next; the log of what it sent stays.

    Refused for the last one of a partner: its leads would have nowhere to go.
    """
    method, now = get_locked(session, method_id, partner_id=partner_id), clock.now()
    others = [each for each in _locked_methods(session, method.partner_id) if each.id != method.id]
    if not others:
        raise Refused(Problem("method", "It is the partner's only one.", "Add another first, for example the portal."))
    method.removed_at = now
    method.former_sealed_secret = method.former_secret_until = None
    for position, each in enumerate(others, start=1):
        each.position = position
    session.flush()
    method_health.hurry(session, method.id, at=now)


def disable(session: Session, clock: Clock, method_id: UUID, *, by: Side, partner_id: UUID | None = None) -> None:
    """Switch a method off: what waits for it goes to a backup, or ends as failed until it is on again."""
    method = get_locked(session, method_id, partner_id=partner_id)
    method_health.disable(session, method, at=clock.now(), reason=f"disabled_by_{by}")


def enable(begin: Begin, clock: Clock, method_id: UUID, *, by: Side, partner_id: UUID | None = None) -> Replayed:
    """Switch a method on again, healthy, and send again what failed for want of it and is not too old."""
    with begin() as session:
        method = get_locked(session, method_id, partner_id=partner_id)
        if method.disabled_at is None:
            raise Refused(Problem("method", "is in use already.", "There is nothing to switch on."))
        if problems := _too_many(_locked_methods(session, method.partner_id)):
            raise Refused(*problems)
        method.disabled_at = method.disabled_reason = method.failing_since = method.warned_at = None
        method.failures_in_row = 0
    with begin() as session:
        failed = failed_of_method(session, method_id, clock.now())
    return replay_each(begin, clock, failed, by=by)


def _locked_methods(session: Session, partner_id: UUID) -> Sequence[PartnerEndpoint]:
    """The partner's methods in order. Who adds or orders them holds the partner, so two cannot at once."""
    partner = session.get(Partner, partner_id, with_for_update={"key_share": True})
    if partner is None:
        raise NotFound("There is no such partner.")
    return session.scalars(
        select(PartnerEndpoint)
        .where(PartnerEndpoint.partner_id == partner_id, PartnerEndpoint.removed_at.is_(None))
        .order_by(PartnerEndpoint.position, PartnerEndpoint.created_at.desc(), PartnerEndpoint.id.desc())
        .execution_options(populate_existing=True)
    ).all()


def _put(method: PartnerEndpoint, wanted: Wanted, seal: Seal) -> None:
    config = read_config(wanted.kind, wanted.config or {})
    method.name, method.url, method.config = wanted.name.strip(), wanted.url, config.to_json()
    method.per_minute, method.at_once = wanted.limits.per_minute, wanted.limits.at_once
    if not (isinstance(config, PostConfig) and config.credential_header):
        method.sealed_credential = None
    elif wanted.credential is not None:
        method.sealed_credential = seal.close(wanted.credential)


def _problems(wanted: Wanted, *, allow_loopback: bool) -> list[Problem]:
    problems = wanted.limits.problems()
    if len(wanted.name) > LONGEST_NAME:
        problems.append(Problem("name", "is too long.", f"At most {LONGEST_NAME} characters."))
    try:
        read_config(wanted.kind, wanted.config or {})
    except Refused as refusal:
        problems += refusal.problems
    if wanted.kind.posts:
        try:
            check_url(wanted.url or "", allow_loopback=allow_loopback)
        except Permanent as fault:
            problems.append(Problem("url", fault.text, "For example https://crm.school.example/leads."))
    elif wanted.url is not None:
        problems.append(Problem("url", "is not for this kind of method.", "Leave it out."))
    credential = wanted.credential or ""
    if len(credential) > LONGEST_CREDENTIAL or not credential.isprintable() or not credential.isascii():
        problems.append(Problem("credential", "cannot go into a header.", "Visible ASCII characters only."))
    return problems
