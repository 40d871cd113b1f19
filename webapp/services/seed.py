"""Seed leads: mystery students who go the way of every other, and what a school does once it has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.consent import CONSENT_TEXT_VERSION
from webapp.domain.contact_preferences import ContactPreferences
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import address_key, new_id, new_token
from webapp.domain.links import Links
from webapp.domain.partner import ContactChannel, PartnerStatus
from webapp.domain.profile import Profile
from webapp.domain.seed import ContactSource, ContactWay
from webapp.domain.submission import Contact, IntroductionRequest, Submission
from webapp.matching.catalog import Catalog
from webapp.matching.ranking import rank
from webapp.matching.weights import Weights
from webapp.models import Lead, Partner, SeedContact, SeedLead
from webapp.services import draft, submission
from webapp.services.submission_rows import Policy

KEPT: Final = timedelta(days=30)
"""How long the form behind a seed is kept."""
LONGEST_LIST: Final = 50
EARLIEST: Final = timedelta(minutes=5)
"""Clocks of mail servers differ: a contact may seem to come this much before the lead."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who does not exist, at an address where we read. Each seed needs an address of its own."""

    contact: Contact
    profile: Mapping[str, Any]
    channels: frozenset[ContactChannel] = frozenset({ContactChannel.EMAIL})
    preferences: ContactPreferences = field(default_factory=ContactPreferences)


def plant(
    session: Session,
    clock: Clock,
    links: Links,
    policy: Policy,
    partner_id: UUID,
    persona: Persona,
    *,
    ranking: Callable[[bytes], Mapping[str, Any]],
    program_id: str,
    actor: str,
) -> UUID:
    """Ask for an introduction in the name of `persona`, as a student would; the id of the lead.

    `ranking` gives that of the persona's profile, in JSON form, with `program_id` in it, for the salt of its form
    (`list_of`). From here on nothing treats the lead otherwise: it waits for the undo window, is screened, takes a
    place in the caps and is posted. NotFound without such a partner; Refused unless it is live, when the address was
    used for a seed before, and where `submit` refuses.
    """
    partner = session.get(Partner, partner_id)
    if partner is None:
        raise NotFound("There is no such partner.")
    if partner.status is not PartnerStatus.LIVE:
        raise Refused(Problem("partner", f"This partner is {partner.status}.", "Only live partners get seeds."))
    key = address_key(links.secret, persona.contact.email)
    if session.execute(select(SeedLead.lead_id).where(SeedLead.address_key == key)).first() is not None:
        raise Refused(Problem("email", "A seed has this address already.", "Use one of its own for each."))
    opened = draft.start(session, clock, links, keep=KEPT, attribution={})
    session.flush()
    asked = Submission(
        nonce=new_token(),
        draft_id=opened.id,
        contact=persona.contact,
        wants_mail=False,
        introductions=(IntroductionRequest(partner_id, program_id, CONSENT_TEXT_VERSION),),
        channels=persona.channels,
        page=f"{links.base_url}/results/introductions",
        adult=True,
        preferences=persona.preferences,
    )
    stored = submission.submit(
        session, clock, links, policy, asked, profile=persona.profile, ranking=ranking(opened.id.bytes)
    )
    lead = session.execute(select(Lead).where(Lead.submission_id == stored.submission_id)).scalar_one()
    lead.seed = True
    session.add(SeedLead(lead_id=lead.id, address_key=key, made_by=actor, created_at=clock.now()))
    session.flush()
    return lead.id


def list_of(
    persona: Persona, catalog: Catalog, weights: Weights, program_id: str, *, today: date
) -> Callable[[bytes], Mapping[str, Any]]:
    """The list that a student like `persona` gets, long enough to hold the program; for `plant`.

    What it gives raises Refused where the program is not among the first `LONGEST_LIST`.
    """
    profile = Profile.from_json(dict(persona.profile))

    def ranked(salt: bytes) -> Mapping[str, Any]:
        for length in (10, LONGEST_LIST):
            found = rank(profile, catalog, weights, length, salt=salt, today=today)
            if any(match.program_id == program_id for match in found.matches):
                return found.to_json()
        what = f"The program is not among the first {LONGEST_LIST} of such a student."
        raise Refused(Problem("program", what, "Choose another, or another education or state."))

    return ranked


def record_contact(session: Session, clock: Clock, lead_id: UUID, way: ContactWay, *, at: datetime, actor: str) -> UUID:
    """Staff saw that the school got in touch with a seed at `at`; the id of the record.

    NotFound when the lead is no seed; Refused for a time that lies ahead, or before there was the lead.
    """
    lead = session.execute(
        select(Lead).join(SeedLead, SeedLead.lead_id == Lead.id).where(Lead.id == lead_id)
    ).scalar_one_or_none()
    if lead is None:
        raise NotFound("There is no such seed.")
    if at > clock.now():
        raise Refused(Problem("at", "This time is still to come.", "Write when it was."))
    if at < lead.created_at - EARLIEST:
        raise Refused(Problem("at", "The lead was made after this time.", "Write when it was."))
    contact_id = new_id()
    made = SeedContact(id=contact_id, lead_id=lead_id, at=at, way=way, source=ContactSource.STAFF, recorded_by=actor)
    session.add(made)
    session.flush()
    return contact_id


def record_inbound(session: Session, links: Links, address: str, *, at: datetime, reference: str) -> UUID | None:
    """A mail came to `address`; the seed it is a contact of, or None where it is the address of none.

    `reference` is the mail's own id (Message-ID): the same mail reported again is one contact.
    """
    lead_id = find_seed_at(session, links, address)
    if lead_id is None:
        return None
    session.execute(
        insert(SeedContact)
        .values(
            id=new_id(),
            lead_id=lead_id,
            at=at,
            way=ContactWay.EMAIL,
            source=ContactSource.INBOUND,
            reference=reference[:200],
            recorded_by="inbound mail",
        )
        .on_conflict_do_nothing(index_elements=["reference"])
    )
    return lead_id


def find_seed_at(session: Session, links: Links, address: str) -> UUID | None:
    """The seed whose address this is."""
    return session.execute(
        select(SeedLead.lead_id).where(SeedLead.address_key == address_key(links.secret, address))
    ).scalar_one_or_none()
