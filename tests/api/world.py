"""Two partners with leads, deliveries, proposals and keys, as tests and measurements of the interface use them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories.lead import delivery_of, fail_delivery, leads_of, put_delivery, put_lead
from tests.factories.request import submit_request
from tests.factories.school import School, make_school
from webapp.bootstrap import Runtime, build_runtime, replace_parts
from webapp.domain.api_key import Scope
from webapp.domain.clock import FrozenClock
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.gateways.wakeup import WakeUp
from webapp.models import CatalogVersion, Lead, Partner
from webapp.services.api_key import create_key
from webapp.services.program_proposal import propose_removal
from webapp.settings import Settings

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
EVERY = frozenset(Scope)
DELIVERED = (
    (LeadStatus.QUEUED, "undo_window_over"),
    (LeadStatus.DELIVERING, "delivery_started"),
    (LeadStatus.DELIVERED, "accepted"),
)


@dataclass
class Side:
    """A partner with one thing of each kind, for test or for live keys."""

    school: School
    test: bool
    key: str
    leads: dict[str, UUID] = field(default_factory=dict)
    deliveries: dict[str, UUID] = field(default_factory=dict)
    proposal: UUID | None = None

    def ids(self) -> dict[str, str]:
        """What stands for each parameter of a path."""
        return {
            "lead_id": str(self.leads["delivered"]),
            "delivery_id": str(self.deliveries["failed"]),
            "endpoint_id": str(self.school.endpoint_id),
            "proposal_id": str(self.proposal),
            "program_id": self.school.program_id,
        }


@dataclass
class World:
    """Two partners: `larkspur` with live and test data, `rival` with live data."""

    live: Side
    test: Side
    rival: Side


def make_runtime(database_url: str) -> Runtime:
    """A runtime on a migrated database, with a clock that stands still."""
    settings = Settings(
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        secret_key="a secret that only tests know, long enough",
        base_url="https://match.example",
        rate_limits=False,
    )
    return replace_parts(build_runtime(settings), wake_up=WakeUp(lambda: None), clock=FrozenClock(NOW))


def make_world(runtime: Runtime) -> World:
    """Two partners and what is theirs."""
    with runtime.begin() as session:
        session.add(CatalogVersion(published=2, changes_kept=True))
        own = make_school(session, runtime.seal, status=PartnerStatus.TEST, url="https://larkspur.example/leads")
        test = make_side(session, runtime, own, test=True)
        session.execute(update(Partner).where(Partner.id == own.partner_id).values(status=PartnerStatus.LIVE))
        live = make_side(session, runtime, own, test=False)
        other = make_school(session, runtime.seal, name="Rival", url="https://rival.example/leads")
        return World(live, test, make_side(session, runtime, other, test=False))


def make_side(session: Session, runtime: Runtime, school: School, *, test: bool) -> Side:
    """One thing of each kind for a partner, and a key that may do everything."""
    side = Side(school, test, make_key(session, runtime, school.partner_id, test=test))
    for name in ("delivered", "failed", "held", "undo", "withdrawn"):
        email = f"{name}-{school.program_id}-{test}@student.example"
        stored = submit_request(session, runtime.clock, runtime.links, [school], email=email, wants_mail=False)
        side.leads[name] = leads_of(session, stored.submission_id)[0]
        side.deliveries[name] = delivery_of(session, side.leads[name])
    for name in ("delivered", "withdrawn"):
        put_lead(session, side.leads[name], DELIVERED, NOW)
        tried = [(AttemptOutcome.ACCEPTED, 200, f"thank you, {name} student")]
        put_delivery(session, side.leads[name], DeliveryStatus.DELIVERED, tried, at=NOW, reason="accepted")
    session.execute(update(Lead).where(Lead.id == side.leads["delivered"]).values(delivered_at=NOW))
    put_lead(session, side.leads["withdrawn"], [(LeadStatus.WITHDRAWN, "withdrawn_by_student")], NOW)
    put_lead(
        session, side.leads["held"], [(LeadStatus.QUEUED, "undo_window_over"), (LeadStatus.HELD_CAP, "cap_full")], NOW
    )
    fail_delivery(session, side.leads["failed"], at=NOW)
    side.proposal = propose_removal(
        session,
        runtime.clock,
        partner_id=school.partner_id,
        program_id=school.program_id,
        note="Closing.",
        test=test,
        actor="test",
    )
    return side


def make_key(
    session: Session, runtime: Runtime, partner_id: UUID, *, test: bool, scopes: frozenset[Scope] = EVERY, **more: Any
) -> str:
    """A key of a partner."""
    _, made = create_key(
        session, runtime.clock, partner_id=partner_id, name="CRM", scopes=scopes, test=test, actor="test", **more
    )
    return made.whole
