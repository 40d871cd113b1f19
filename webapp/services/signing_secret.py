"""The secret that signs what a partner is sent: made, changed without a gap, and handed to whoever signs."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.gateways.sealing import Seal
from webapp.gateways.signature import new_secret
from webapp.models import PartnerEndpoint
from webapp.services.method_row import get_locked

OVERLAP = timedelta(days=1)
"""How long the former secret signs too, unless somebody says otherwise."""
LONGEST_OVERLAP = timedelta(days=30)


def secrets_of(method: PartnerEndpoint, seal: Seal, now: datetime) -> tuple[str, ...]:
    """The secrets that sign for `method` at `now`, the newest first; none where it posts nothing."""
    sealed = [method.sealed_secret]
    if method.former_secret_until is not None and now < method.former_secret_until:
        sealed.append(method.former_sealed_secret)
    return tuple(seal.open(each) for each in sealed if each is not None)


def rotate_secret(
    session: Session,
    clock: Clock,
    seal: Seal,
    method_id: UUID,
    *,
    partner_id: UUID | None = None,
    overlap: timedelta = OVERLAP,
) -> str:
    """Make a new secret, valid at once; it is returned this once and can never be read again.

    The former one signs too until `overlap` is over. Refused while another change is under way, since a third secret
    would take the oldest from a partner that still uses it.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Refused(Problem("overlap", "is out of bounds.", f"0 to {LONGEST_OVERLAP.days} days."))
    method, now = _locked(session, method_id, partner_id), clock.now()
    if method.former_secret_until is not None and now < method.former_secret_until:
        raise Refused(
            Problem(
                "secret",
                f"is being changed: the former one signs until {method.former_secret_until:%Y-%m-%d %H:%M} UTC.",
                "End that first, as soon as your system checks with the new one.",
            )
        )
    secret = new_secret()
    method.former_sealed_secret = method.sealed_secret if overlap else None
    method.former_secret_until = now + overlap if overlap else None
    method.sealed_secret = seal.close(secret)
    return secret


def end_overlap(session: Session, method_id: UUID, *, partner_id: UUID | None = None) -> None:
    """The former secret signs no more from now on. Harmless when there is none."""
    method = _locked(session, method_id, partner_id)
    method.former_sealed_secret = method.former_secret_until = None


def _locked(session: Session, method_id: UUID, partner_id: UUID | None) -> PartnerEndpoint:
    method = get_locked(session, method_id, partner_id=partner_id)
    if not method.kind.posts:
        raise Refused(Problem("secret", "is for methods that post to an address.", "This one does not."))
    return method
