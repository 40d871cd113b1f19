"""Partners as staff make and change them: who they are, which institutions they speak for, and their status."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PARTNER_LIFECYCLE, PARTNER_REASONS, PartnerStatus
from webapp.domain.time_zone import TIME_ZONES
from webapp.models import GroupedProgram, Institution, Lead, Partner, PartnerEvent, PartnerInstitution, Program
from webapp.queries.readiness import DELIVERY, readiness
from webapp.services import held_lead

LONGEST_NAME = 200
LONGEST_WORDS = 500
PAUSED_BY_PARTNER: Final = "paused_by_partner"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a partner is. `legal_name` is the entity that students consent to; `display_name` is what people say."""

    legal_name: str
    display_name: str
    time_zone: str
    contact_email: str


def create(session: Session, clock: Clock, slug: str, identity: Identity, *, actor: str) -> UUID:
    """Make a partner, in test mode; its id. Refused, with everything that is wrong, when something is."""
    problems = [*_problems(identity)]
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST_NAME:
        problems.append(Problem("slug", "Write small letters, digits and hyphens, such as “west-hill”."))
    elif session.execute(select(Partner.id).where(Partner.slug == slug)).first() is not None:
        problems.append(Problem("slug", "Another partner has that short name.", "Choose another."))
    if problems:
        raise Refused(*problems)
    now = clock.now()
    made = Partner(
        id=new_id(), slug=slug, status=PartnerStatus.TEST, created_at=now, updated_at=now, **_columns(identity)
    )
    session.add(made)
    session.flush()
    write_step(session, made.id, None, PartnerStatus.TEST, at=now, reason="created", words=None, actor=actor)
    return made.id


def change(session: Session, clock: Clock, partner_id: UUID, identity: Identity) -> None:
    """Change who a partner is. Consents that were given keep the legal name they were given to."""
    partner = locked(session, partner_id)
    problems = tuple(_problems(identity))
    if problems:
        raise Refused(*problems)
    for name, value in _columns(identity).items():
        setattr(partner, name, value)
    partner.updated_at = clock.now()
    session.flush()


def speak_for(session: Session, partner_id: UUID, institution_id: UUID) -> None:
    """The partner speaks for an institution from now on. Twice is the same as once; Refused when another one does."""
    locked(session, partner_id)
    if session.get(Institution, institution_id) is None:
        raise NotFound("There is no such institution.")
    session.execute(
        upsert(PartnerInstitution)
        .values(institution_id=institution_id, partner_id=partner_id)
        .on_conflict_do_nothing(index_elements=["institution_id"])
    )
    holder = session.execute(
        select(PartnerInstitution.partner_id).where(PartnerInstitution.institution_id == institution_id)
    ).scalar_one()
    if holder != partner_id:
        raise Refused(Problem("institution", "Another partner speaks for it.", "Take it from that partner first."))


def stop_speaking_for(session: Session, partner_id: UUID, institution_id: UUID) -> None:
    """The partner no longer speaks for an institution, whose programs leave its groups. Leads that exist go on."""
    row = session.get(PartnerInstitution, institution_id, with_for_update=True, populate_existing=True)
    if row is None or row.partner_id != partner_id:
        raise NotFound("This partner does not speak for that institution.")
    theirs = select(Program.program_id).where(Program.institution_id == institution_id)
    for grouped in session.scalars(select(GroupedProgram).where(GroupedProgram.program_id.in_(theirs))).all():
        session.delete(grouped)
    session.delete(row)
    session.flush()


def move(
    session: Session,
    clock: Clock,
    partner_id: UUID,
    status: PartnerStatus,
    *,
    reason: str,
    actor: str,
    words: str = "",
) -> None:
    """Move a partner along its life cycle and write the step down. `reason` is one of `PARTNER_REASONS[status]`.

    Refused, with every point that is open, when a partner that is not ready is to go live; InvalidTransition where
    there is no road. Leads that waited for a partner that goes on, or that is ended, are looked at again at once.
    """
    partner = locked(session, partner_id)
    before, now = partner.status, clock.now()
    PARTNER_LIFECYCLE.check(before, status)
    if reason not in PARTNER_REASONS[status]:
        raise Refused(Problem("reason", f"“{reason}” is no reason to become {status}."))
    if len(words) > LONGEST_WORDS:
        raise Refused(Problem("words", f"At most {LONGEST_WORDS} characters are taken."))
    if status is PartnerStatus.LIVE:
        _check_ready(session, partner_id, now, resumes=before is PartnerStatus.PAUSED)
    partner.status, partner.updated_at = status, now
    # Only what its own people paused, they may lift.
    partner.paused_by_partner = reason == PAUSED_BY_PARTNER
    session.flush()
    write_step(session, partner_id, before, status, at=now, reason=reason, words=words.strip() or None, actor=actor)
    if status is PartnerStatus.ENDED:
        held_lead.look_again(
            session, partner_id, Lead.status.in_((LeadStatus.HELD_CAP, LeadStatus.HELD_SCHEDULE)), at=now
        )
    elif before is PartnerStatus.PAUSED:
        held_lead.look_again(
            session, partner_id, Lead.status == LeadStatus.HELD_SCHEDULE, Lead.reason == "partner_paused", at=now
        )


def locked(session: Session, partner_id: UUID) -> Partner:
    """The partner, locked against two changes at once. NotFound when there is none."""
    found = session.get(Partner, partner_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("There is no such partner.")
    return found


def write_step(
    session: Session,
    partner_id: UUID,
    before: PartnerStatus | None,
    status: PartnerStatus,
    *,
    at: datetime,
    reason: str,
    words: str | None,
    actor: str,
) -> None:
    """Write one step of a partner's status into its story. Who calls it has moved the partner, already locked."""
    session.execute(
        insert(PartnerEvent).values(
            partner_id=partner_id,
            at=at,
            from_status=before,
            to_status=status,
            reason=reason,
            words=words,
            actor=actor,
        )
    )


def _check_ready(session: Session, partner_id: UUID, now: datetime, *, resumes: bool) -> None:
    """Refuse what is open on the list. A partner that goes on was live before, and need not take a test lead again."""
    open_points = [
        Problem(point.name, point.lacks, point.remedy)
        for point in readiness(session, partner_id, now)
        if not point.met and not (resumes and point.name == DELIVERY)
    ]
    if open_points:
        raise Refused(*open_points)


def _columns(identity: Identity) -> dict[str, str]:
    return {
        "legal_name": identity.legal_name.strip(),
        "display_name": identity.display_name.strip(),
        "time_zone": identity.time_zone,
        "contact_email": identity.contact_email.strip(),
    }


def _problems(identity: Identity) -> Iterator[Problem]:
    for where, name in (("legal_name", identity.legal_name), ("display_name", identity.display_name)):
        if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
            yield Problem(where, f"Write one line of at most {LONGEST_NAME} characters.")
    if identity.time_zone not in TIME_ZONES:
        yield Problem("time_zone", "It is not a time zone we know.", "Choose one of the list.")
    try:
        validate_email(identity.contact_email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        yield Problem("contact_email", "It is not an e-mail address.", "Write one that somebody reads.")
