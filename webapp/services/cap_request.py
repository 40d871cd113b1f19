"""Changing caps as a partner's own people do: at once, or by asking their owner where more money may be spent."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.domain.cap import CapTerms, raises_spend
from webapp.domain.cap_request import CAP_REQUEST_LIFECYCLE, LONGEST_WORDS, CapRequestStatus
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.models import Cap, CapRequest
from webapp.services.cap import hold_for_change
from webapp.services.cap_terms import check_cap, find_in_force, remove_cap, set_cap


@dataclass(frozen=True, slots=True)
class CapChange:
    """What a cap was and is to be; None where there was none, or is to be none. `asked`: the owner decides first."""

    before: CapTerms | None
    after: CapTerms | None
    asked: bool = False


def change(
    session: Session,
    clock: Clock,
    partner_id: UUID,
    wanted: CapTerms,
    *,
    actor: str,
    may_raise_spend: bool,
    words: str = "",
) -> CapChange:
    """Have `wanted` in force, or ask the owner where it may cost more and `actor` may not decide that.

    Refused with everything that is wrong, or where another request about that cap waits.
    """
    hold_for_change(session, partner_id)
    check_cap(session, partner_id, wanted)
    found = find_in_force(session, partner_id, wanted)
    before = found.terms if found else None
    if found is not None and not may_raise_spend and raises_spend(before, wanted):
        _ask(session, clock, found, wanted, actor=actor, words=words)
        return CapChange(before, wanted, asked=True)
    return CapChange(set_cap(session, clock, partner_id, wanted), wanted)


def remove(
    session: Session,
    clock: Clock,
    partner_id: UUID,
    cap_id: UUID,
    *,
    actor: str,
    may_raise_spend: bool,
    words: str = "",
) -> CapChange:
    """Take a cap out of force, or ask the owner. NotFound unless it is the partner's."""
    hold_for_change(session, partner_id)
    if may_raise_spend:
        return CapChange(remove_cap(session, clock, partner_id, cap_id), None)
    found = session.get(Cap, cap_id, populate_existing=True)
    if found is None or found.partner_id != partner_id or found.removed_at is not None:
        raise NotFound("There is no such cap.")
    _ask(session, clock, found, None, actor=actor, words=words)
    return CapChange(found.terms, None, asked=True)


def approve(session: Session, clock: Clock, partner_id: UUID, request_id: UUID, *, actor: str) -> CapChange:
    """The owner agrees: what was asked for is in force. Refused when the cap is gone, or it was decided already."""
    hold_for_change(session, partner_id)
    made = _open(session, partner_id, request_id)
    cap = session.get_one(Cap, made.cap_id, populate_existing=True)
    if cap.removed_at is not None:
        raise Refused(Problem("cap", "The cap was removed since.", "Decline the request."))
    _decide(clock, made, CapRequestStatus.APPROVED, actor)
    if made.most is None or made.when_full is None:
        return CapChange(remove_cap(session, clock, partner_id, cap.id), None)
    wanted = replace(cap.terms, limit=made.most, when_full=made.when_full, currency=made.currency)
    return CapChange(set_cap(session, clock, partner_id, wanted), wanted)


def decline(session: Session, clock: Clock, partner_id: UUID, request_id: UUID, *, actor: str) -> CapChange:
    """The owner does not agree: the cap stays as it is."""
    return _close(session, clock, partner_id, request_id, CapRequestStatus.DECLINED, actor)


def take_back(session: Session, clock: Clock, partner_id: UUID, request_id: UUID, *, actor: str) -> CapChange:
    """Whoever asked asks no more. NotFound for somebody else's request."""
    made = _open(session, partner_id, request_id)
    if made.asked_by != actor:
        raise NotFound("There is no such request of yours.")
    return _close(session, clock, partner_id, request_id, CapRequestStatus.TAKEN_BACK, actor)


def _close(
    session: Session, clock: Clock, partner_id: UUID, request_id: UUID, status: CapRequestStatus, actor: str
) -> CapChange:
    made = _open(session, partner_id, request_id)
    _decide(clock, made, status, actor)
    session.flush()
    terms = session.get_one(Cap, made.cap_id).terms
    if made.most is None or made.when_full is None:
        return CapChange(terms, None)
    return CapChange(terms, replace(terms, limit=made.most, when_full=made.when_full, currency=made.currency))


def _ask(session: Session, clock: Clock, cap: Cap, wanted: CapTerms | None, *, actor: str, words: str) -> None:
    if len(words) > LONGEST_WORDS:
        raise Refused(Problem("words", f"At most {LONGEST_WORDS} characters are taken."))
    waiting = exists().where(CapRequest.cap_id == cap.id, CapRequest.status == CapRequestStatus.OPEN)
    if session.execute(select(waiting)).scalar():
        raise Refused(
            Problem("limit", "A request about this cap waits for the owner already.", "Let it be decided first.")
        )
    session.add(
        CapRequest(
            id=new_id(),
            partner_id=cap.partner_id,
            cap_id=cap.id,
            most=wanted.limit if wanted else None,
            currency=wanted.currency if wanted else None,
            when_full=wanted.when_full if wanted else None,
            words=words.strip() or None,
            status=CapRequestStatus.OPEN,
            asked_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()


def _open(session: Session, partner_id: UUID, request_id: UUID) -> CapRequest:
    found = session.get(CapRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None or found.partner_id != partner_id:
        raise NotFound("There is no such request.")
    return found


def _decide(clock: Clock, made: CapRequest, status: CapRequestStatus, actor: str) -> None:
    made.status = CAP_REQUEST_LIFECYCLE.check(made.status, status)
    made.decided_by, made.decided_at = actor, clock.now()
