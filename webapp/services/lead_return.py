"""Returns: a partner asks to give a lead back, staff decide, and what it cost and the place it took come back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.complaint import ComplaintKind
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.lead_return import (
    LONGEST_WORDS,
    PARTNERS_REASONS,
    RETURN_LIFECYCLE,
    ReturnReason,
    ReturnStatus,
)
from webapp.models import Lead, LeadReturn, Partner, Prospect, ReturnEvent
from webapp.queries.return_allowance import find_share, window_end
from webapp.queries.terms import Terms, find_terms
from webapp.services import cap, charge, complaint

AUTOMATIC = "automatic"
STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a partner says. `duplicate_on` is when it got the student before; `words` are needed for “other”."""

    reason: ReturnReason
    words: str = ""
    duplicate_on: date | None = None


def request(session: Session, clock: Clock, lead_id: UUID, *, partner_id: UUID, wish: Wish, actor: str) -> UUID:
    """Ask to return a lead; the id of the return. Decided at once where the terms say so, and for test leads.

    NotFound unless the lead is `partner_id`'s own. Refused, with everything that is wrong: when it was not delivered,
    was returned before, its window is over, or the terms allow no more in its cycle.
    """
    now = clock.now()
    lead, partner = _lead_of(session, lead_id, partner_id)
    # The terms of the delivery decide; versions never change, so this window is the one the partner was shown.
    terms = find_terms(session, partner_id, lead.delivered_at or now)
    problems = [
        *_not_returnable(session, lead, terms, now),
        *_unclear(wish, lead, ZoneInfo(partner.time_zone), now),
    ]
    if problems:
        raise Refused(*problems)
    _check_share(session, lead, partner, terms)
    made = _open(session, lead, wish, at=now, actor=actor)
    if not lead.counts or (terms is not None and wish.reason in terms.auto_returns):
        _decide(session, made, lead, ReturnStatus.APPROVED, at=now, actor=AUTOMATIC)
    return made.id


def complain(
    session: Session,
    clock: Clock,
    lead_id: UUID,
    *,
    kind: ComplaintKind = ComplaintKind.OTHER,
    words: str = "",
    actor: str = STUDENT,
    prospect_id: UUID | None = None,
) -> UUID:
    """The student complained about a lead: it is returned at once, whatever the terms say; the id of the return.

    It counts as a complaint about the partner too, and may pause it (`services.complaint`). A return that waits for a
    decision is approved; one that was decided stays as it is. Refused when it was not delivered; NotFound
    unless it is `prospect_id`'s, where that is given.
    """
    now = clock.now()
    lead = _locked_lead(session, lead_id)
    if prospect_id is not None and lead.prospect_id != prospect_id:
        raise NotFound("There is no such introduction.")
    if lead.delivered_at is None:
        raise Refused(Problem("lead", "It was not delivered, so there is nothing to return."))
    # Before the return: the partner is locked before its caps, as where one is asked for.
    if complaint.has_student(lead):
        complaint.record(session, clock, lead_id, kind, actor=actor)
    made = session.execute(
        select(LeadReturn).where(LeadReturn.lead_id == lead_id).with_for_update()
    ).scalar_one_or_none()
    if made is None:
        made = _open(session, lead, Wish(ReturnReason.STUDENT_COMPLAINT, words[:LONGEST_WORDS]), at=now, actor=actor)
    if made.status is ReturnStatus.REQUESTED:
        _decide(session, made, lead, ReturnStatus.APPROVED, at=now, actor=AUTOMATIC)
    return made.id


def approve(session: Session, clock: Clock, return_id: UUID, *, actor: str, words: str = "") -> None:
    """Take the lead back: its price is credited and its place in the caps is free again. Refused when decided."""
    made, lead = _waiting(session, return_id)
    _decide(session, made, lead, ReturnStatus.APPROVED, at=clock.now(), actor=actor, words=_checked(words))


def deny(session: Session, clock: Clock, return_id: UUID, *, actor: str, words: str) -> None:
    """The lead stays the partner's, who reads `words`. Refused without them, or when it was decided before."""
    if not words.strip():
        raise Refused(Problem("words", "Say why: the partner reads it."))
    made, lead = _waiting(session, return_id)
    _decide(session, made, lead, ReturnStatus.DENIED, at=clock.now(), actor=actor, words=_checked(words))


def _decide(
    session: Session,
    made: LeadReturn,
    lead: Lead,
    status: ReturnStatus,
    *,
    at: datetime,
    actor: str,
    words: str = "",
) -> None:
    before, kept = made.status, _kept(session, lead, words)
    made.status = RETURN_LIFECYCLE.check(before, status)
    made.decided_at, made.decided_by, made.decision_words = at, actor, kept
    session.flush()
    _step(session, made, before, at=at, actor=actor)
    if status is ReturnStatus.APPROVED:
        charge.credit(session, lead, at=at, reason=f"returned_{made.reason}")
        cap.release(session, lead)


def _open(session: Session, lead: Lead, wish: Wish, *, at: datetime, actor: str) -> LeadReturn:
    made = LeadReturn(
        id=new_id(),
        lead_id=lead.id,
        partner_id=lead.partner_id,
        reason=wish.reason,
        words=_kept(session, lead, wish.words),
        duplicate_on=wish.duplicate_on,
        status=ReturnStatus.REQUESTED,
        requested_at=at,
        requested_by=actor,
    )
    session.add(made)
    session.flush()
    _step(session, made, None, at=at, actor=actor)
    return made


def _kept(session: Session, lead: Lead, words: str) -> str | None:
    """What is kept of words about `lead` (already locked): nothing once its student was erased, whom they may name."""
    erased = session.get_one(Prospect, lead.prospect_id, populate_existing=True).erased_at is not None
    return None if erased else words.strip() or None


def _step(session: Session, made: LeadReturn, before: ReturnStatus | None, *, at: datetime, actor: str) -> None:
    session.execute(
        insert(ReturnEvent).values(return_id=made.id, at=at, from_status=before, to_status=made.status, actor=actor)
    )


def _not_returnable(session: Session, lead: Lead, terms: Terms | None, now: datetime) -> Iterator[Problem]:
    end = window_end(lead.delivered_at, terms) if lead.delivered_at else None
    if end is None:
        yield Problem("lead", "It was not delivered, so there is nothing to return.")
    elif end < now:
        yield Problem("lead", f"It could be returned until {end:%Y-%m-%d %H:%M} UTC.")
    if session.execute(select(LeadReturn.id).where(LeadReturn.lead_id == lead.id)).first() is not None:
        yield Problem("lead", "Its return was asked for before.", "Look what was decided.")


def _unclear(wish: Wish, lead: Lead, zone: ZoneInfo, now: datetime) -> Iterator[Problem]:
    if wish.reason not in PARTNERS_REASONS:
        yield Problem("reason", "Only the student can give that reason.", "Choose one of the list.")
    if wish.reason is ReturnReason.OTHER and not wish.words.strip():
        yield Problem("words", "Say what is wrong with the lead.")
    if len(wish.words) > LONGEST_WORDS:
        yield Problem("words", f"At most {LONGEST_WORDS} characters are taken.")
    if (wish.reason is ReturnReason.DUPLICATE) != (wish.duplicate_on is not None):
        yield Problem(
            "duplicate_on", "A duplicate, and nothing else, needs the day on which you had the student first."
        )
    elif wish.duplicate_on is not None and wish.duplicate_on > (lead.delivered_at or now).astimezone(zone).date():
        yield Problem("duplicate_on", "That day is after the lead came: so you did not have the student before.")


def _check_share(session: Session, lead: Lead, partner: Partner, terms: Terms | None) -> None:
    """Refuse what is more of the cycle's leads than the terms allow; one may always be returned."""
    if terms is None or terms.return_percent is None:
        return
    # Two requests of one partner count one after the other.
    session.get_one(Partner, partner.id, with_for_update={"key_share": True}, populate_existing=True)
    share = find_share(session, lead.id, terms)
    if share is not None and not share.left:
        what = (
            f"The terms allow {share.percent}% of a cycle's leads: {share.most} of {share.billed}, and they are used."
        )
        raise Refused(Problem("lead", what, "Write to us if this one must be looked at all the same."))


def _checked(words: str) -> str:
    if len(words) > LONGEST_WORDS:
        raise Refused(Problem("words", f"At most {LONGEST_WORDS} characters are taken."))
    return words


def _waiting(session: Session, return_id: UUID) -> tuple[LeadReturn, Lead]:
    """The return and its lead, locked, the lead first."""
    lead_id = session.execute(select(LeadReturn.lead_id).where(LeadReturn.id == return_id)).scalar_one_or_none()
    if lead_id is None:
        raise NotFound("There is no such return.")
    lead = _locked_lead(session, lead_id)
    made = session.get_one(LeadReturn, return_id, with_for_update=True, populate_existing=True)
    if made.status is not ReturnStatus.REQUESTED:
        raise Refused(Problem("return", f"It was {made.status} on {made.decided_at:%Y-%m-%d}."))
    return made, lead


def _lead_of(session: Session, lead_id: UUID, partner_id: UUID) -> tuple[Lead, Partner]:
    lead = _locked_lead(session, lead_id)
    if lead.partner_id != partner_id:
        raise NotFound("There is no such lead.")
    return lead, session.get_one(Partner, partner_id)


def _locked_lead(session: Session, lead_id: UUID) -> Lead:
    lead = session.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None:
        raise NotFound("There is no such lead.")
    return lead
