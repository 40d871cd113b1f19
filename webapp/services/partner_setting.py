"""What a partner's owner may set alone: where to write to, the time zone, and whether leads come now."""

from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import InvalidTransition, Problem, Refused
from webapp.domain.lead import LeadStatus
from webapp.domain.partner import PartnerStatus
from webapp.domain.time_zone import TIME_ZONES
from webapp.models import Lead, Partner
from webapp.services import held_lead
from webapp.services import partner as partners


def change_contact(session: Session, clock: Clock, partner_id: UUID, *, contact_email: str, time_zone: str) -> None:
    """Where notices are mailed, and whose midnight a day ends at. Refused with every reason."""
    problems: list[Problem] = []
    address = ""
    try:
        address = str(
            validate_email(contact_email.strip(), check_deliverability=False, test_environment=True).normalized
        )
    except EmailNotValidError as error:
        problems.append(Problem("contact_email", f"It is not an e-mail address: {error}", "Check its spelling."))
    partner = partners.locked(session, partner_id)
    if time_zone not in TIME_ZONES and time_zone != partner.time_zone:
        problems.append(Problem("time_zone", "There is no such time zone.", "Choose one of the list."))
    if problems:
        raise Refused(*problems)
    partner.contact_email, partner.time_zone, partner.updated_at = address, time_zone, clock.now()


def pause(session: Session, clock: Clock, partner_id: UUID, *, actor: str = "the partner") -> None:
    """Hold back every lead that has not left. InvalidTransition unless the partner is live."""
    partner = partners.locked(session, partner_id)
    if partner.status is not PartnerStatus.LIVE:
        raise InvalidTransition(f"A partner that is {partner.status} cannot be paused.")
    partner.status, partner.paused_by_partner, partner.updated_at = PartnerStatus.PAUSED, True, clock.now()
    _step(session, partner, PartnerStatus.LIVE, reason="paused_by_partner", actor=actor)


def resume(session: Session, clock: Clock, partner_id: UUID, *, actor: str = "the partner") -> int:
    """Take leads again; what waited for it goes on now, and how many that is.

    InvalidTransition unless the partner is paused and its own people paused it: who else did has a reason.
    """
    partner = partners.locked(session, partner_id)
    if partner.status is not PartnerStatus.PAUSED or not partner.paused_by_partner:
        raise InvalidTransition("Only what its own people paused, a partner resumes by itself.")
    now = clock.now()
    partner.status, partner.paused_by_partner, partner.updated_at = PartnerStatus.LIVE, False, now
    _step(session, partner, PartnerStatus.PAUSED, reason="resumed_by_partner", actor=actor)
    return held_lead.look_again(
        session, partner_id, Lead.status == LeadStatus.HELD_SCHEDULE, Lead.reason == "partner_paused", at=now
    )


def _step(session: Session, partner: Partner, before: PartnerStatus, *, reason: str, actor: str) -> None:
    partners.write_step(
        session, partner.id, before, partner.status, at=partner.updated_at, reason=reason, words=None, actor=actor
    )
