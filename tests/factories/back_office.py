"""A day in the life of the back office: the demo catalogue, ranked for real people, with leads in every state."""

from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.lead import delivery_of, fail_delivery, leads_of, message_of, put_delivery, put_lead, put_message
from tests.factories.limits import put_limits
from webapp.bootstrap import Runtime
from webapp.domain.complaint import ComplaintKind
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.delivery import AttemptOutcome, DeliveryStatus
from webapp.domain.ids import new_token
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.message import MessageStatus
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.profile import Profile
from webapp.domain.seed import ContactWay
from webapp.domain.submission import Contact, IntroductionRequest, Submission
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import rank
from webapp.matching.weights import DEFAULT_WEIGHTS
from webapp.models import CatalogImport, Lead, Partner
from webapp.queries.invoice import due_cycles
from webapp.queries.listing import published_listings
from webapp.queries.offer import offers_for
from webapp.services import (
    charge,
    complaint,
    draft,
    invoice,
    lead_return,
    partner_filter,
    program_group,
    publisher,
    seed,
    submission,
)
from webapp.services.demo import load
from webapp.services.lead_return import Wish
from webapp.services.seed import Persona

PROFILE: dict[str, Any] = {
    "goal": {
        "occupation": "15-2051",
        "words": "build ML systems for hospitals",
        "credentials": ["master", "bootcamp"],
        "interests": ["computer vision", "health"],
    },
    "background": {"education": "bachelor", "field": "45", "gpa": 3.4, "work_years": 3, "english": "native"},
    "subjects": {
        "programming": "one_course",
        "statistics": "several_courses",
        "calculus": "one_course",
        "linear_algebra": "none",
        "databases": "self_study",
        "machine_learning": "unknown",
    },
    "practical": {
        "modalities": ["online", "hybrid"],
        "country": "US",
        "state": "CA",
        "postal_code": "94110",
        "pace": "part_time",
        "hours_per_week": 15,
        "budget_usd": 30000,
        "months_max": 24,
    },
    "priorities": {"goal": "must", "background": "important", "cost": "important", "duration": "nice"},
}


@dataclass(frozen=True)
class Office:
    """One of each thing to look at."""

    submission_id: UUID
    failed_lead_id: UUID
    held_lead_id: UUID
    delivered_lead_id: UUID
    failed_delivery_id: UUID
    uncertain_message_id: UUID
    import_id: UUID
    partner_id: UUID
    group_id: UUID
    return_id: UUID
    invoice_id: UUID
    publisher_id: UUID
    seed_id: UUID


def furnish(running: Runtime) -> Office:
    """Load the demo and let three students ask. Once for each database."""
    with running.begin() as session:
        load_demo(session, running)
    with running.begin() as session:
        catalog = Catalog.from_listings(published_listings(session), version="1")
    with running.begin() as session:
        first = ask(session, running, catalog, "Ana", "Silva", "ana@student.example", phone="+14155550134")
        second = ask(session, running, catalog, "Björn", "Ångström", "bjorn@student.example")
        ask(session, running, catalog, "Chidi", "Okafor", "chidi@student.example", wants_mail=False)
        now = running.clock.now()
        # Which schools a student ticks turns on how ties fall; a partner in test mode among them is never billed.
        *rest, failed = sorted(leads_of(session, first), key=lambda lead: standing_of(session, lead))[:3]
        fail_delivery(session, failed, at=now, answer='{"error": "upstream timed out after 30 s", "retry": true}')
        deliver(session, running, rest[0])
        held = leads_of(session, second)[0]
        put_lead(
            session,
            held,
            [(LeadStatus.QUEUED, "undo_window_over"), (LeadStatus.HELD_REVIEW, "duplicate_in_window")],
            now + timedelta(minutes=10),
        )
        put_message(session, message_of(session, first), MessageStatus.HANDED_OVER, "accepted")
        put_message(session, message_of(session, second), MessageStatus.UNCERTAIN, "worker_lost")
        group_id, return_id, invoice_id = bill(session, running, rest[0], rest[1])
        seed_id = screen(session, running, catalog, rest[0])
        demo = select(CatalogImport.id).where(CatalogImport.source == "demo").order_by(CatalogImport.started_at)
        import_id = session.execute(demo.limit(1)).scalar_one()
        return Office(
            submission_id=first,
            failed_lead_id=failed,
            held_lead_id=held,
            delivered_lead_id=rest[0],
            failed_delivery_id=delivery_of(session, failed),
            uncertain_message_id=message_of(session, second),
            import_id=import_id,
            partner_id=session.get_one(Lead, rest[0]).partner_id,
            group_id=group_id,
            return_id=return_id,
            invoice_id=invoice_id,
            publisher_id=publisher.create(
                session, running.clock, name="Career guides", origins="https://guides.example"
            ),
            seed_id=seed_id,
        )


def standing_of(session: Session, lead_id: UUID) -> tuple[bool, bool]:
    """Sorts leads of live partners first, and those of partners in test mode last."""
    lead = session.get_one(Lead, lead_id)
    return session.get_one(Partner, lead.partner_id).status is not PartnerStatus.LIVE, lead.test


def screen(session: Session, running: Runtime, catalog: Catalog, delivered: UUID) -> UUID:
    """A filter, a seed with two contacts, and a complaint about the lead that was delivered; the id of the seed."""
    clock, lead = running.clock, session.get_one(Lead, delivered)
    text = "# Who it takes\nrequire background.education >= bachelor\n"
    partner_filter.change(session, clock, lead.partner_id, text, on_unknown=OnUnknown.PASS, actor="ada@staff.example")
    persona = Persona(Contact("mia.lang@readers.example", "Mia", "Lang"), PROFILE)
    ranking = seed.list_of(persona, catalog, running.weights.current(), lead.program_id, today=clock.now().date())
    planted = seed.plant(
        session,
        clock,
        running.links,
        running.policy,
        lead.partner_id,
        persona,
        ranking=ranking,
        program_id=lead.program_id,
        actor="ada@staff.example",
    )
    found = session.get_one(Lead, planted)
    found.created_at, found.delivered_at = clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1)
    for way, minutes in ((ContactWay.EMAIL, 40), (ContactWay.PHONE, 55)):
        at = clock.now() - timedelta(minutes=60 - minutes)
        seed.record_contact(session, clock, planted, way, at=at, actor="ada@staff.example")
    complaint.record(session, clock, delivered, ComplaintKind.TOO_MANY_CONTACTS, actor="ada@staff.example")
    return planted


def bill(session: Session, running: Runtime, returned: UUID, invoiced: UUID) -> tuple[UUID, UUID, UUID]:
    """A program group, a lead whose partner wants to return it, and an invoice about another, of last month."""
    clock, first = running.clock, session.get_one(Lead, returned)
    group_id = program_group.create(session, clock, first.partner_id, "Master's programs")
    program_group.put(session, group_id, [first.program_id])
    put_limits(session, clock, first.partner_id, group_id)
    charge.accrue(session, first, at=clock.now())
    wish = Wish(ReturnReason.BAD_CONTACT, "The number rings at somebody else's.")
    first.delivered_at = clock.now()
    return_id = lead_return.request(
        session, clock, returned, partner_id=first.partner_id, wish=wish, actor="pat@school.example"
    )
    charge.accrue(session, session.get_one(Lead, invoiced), at=clock.now() - timedelta(days=40))
    (cycle_id,) = due_cycles(session, clock.now())
    (invoice_id,) = invoice.close(session, clock, cycle_id)
    return group_id, return_id, invoice_id


def load_demo(session: Session, running: Runtime) -> None:
    """The demo catalogue and its partners."""
    data = files("webapp.cli").joinpath("demo")
    load(
        session,
        running.clock,
        running.seal,
        catalog=BytesIO(data.joinpath("catalog.csv").read_bytes()),
        partners=BytesIO(data.joinpath("partners.csv").read_bytes()),
        endpoint_url=lambda slug: f"https://{slug}.example/leads",
    )


def ask(
    session: Session,
    running: Runtime,
    catalog: Catalog,
    first_name: str,
    last_name: str,
    email: str,
    *,
    phone: str | None = None,
    wants_mail: bool = True,
) -> UUID:
    """One student's submission about everything that can be ticked."""
    now = running.clock.now()
    opened = draft.start(session, running.clock, running.links, keep=timedelta(days=1), attribution={})
    session.flush()
    ranking = rank(Profile.from_json(PROFILE), catalog, DEFAULT_WEIGHTS, 10, salt=opened.id.bytes, today=now.date())
    offers = offers_for(session, [match.program_id for match in ranking.matches])
    channels = {ContactChannel.EMAIL, ContactChannel.PHONE} if phone else {ContactChannel.EMAIL}
    stored = submission.submit(
        session,
        running.clock,
        running.links,
        running.policy,
        Submission(
            nonce=new_token(),
            draft_id=opened.id,
            contact=Contact(email, first_name, last_name, phone),
            wants_mail=wants_mail,
            introductions=tuple(
                IntroductionRequest(offer.partner_id, offer.program_id, CONSENT_TEXT_VERSION)
                for offer in offers.values()
            ),
            channels=frozenset(channels),
            page="/results",
            adult=True,
            attribution={"utm_source": "guide", "utm_campaign": "ml-degrees"},
        ),
        profile=PROFILE,
        ranking=ranking.to_json(),
    )
    return stored.submission_id


def deliver(session: Session, running: Runtime, lead_id: UUID) -> None:
    """A lead that its partner took at the first try."""
    at = running.clock.now() + timedelta(minutes=10)
    steps = [
        (LeadStatus.QUEUED, "undo_window_over"),
        (LeadStatus.DELIVERING, "delivery_started"),
        (LeadStatus.DELIVERED, "accepted"),
    ]
    put_lead(session, lead_id, steps, at)
    accepted = [(AttemptOutcome.ACCEPTED, 201, '{"id": "QM-20418"}')]
    put_delivery(session, lead_id, DeliveryStatus.DELIVERED, accepted, at=at, reason="accepted")
