"""Privacy requests: written down with their clock, extended once, carried out, closed. Nothing is ever deleted."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.privacy_request import (
    CARRIED_OUT_HERE,
    LONGEST_WORDS,
    REQUEST_LIFECYCLE,
    PrivacyLaw,
    RequestKind,
    RequestOutcome,
    RequestSource,
    RequestStatus,
)
from webapp.models import PrivacyRequest, Prospect

STUDENT = "the student"


def record(
    session: Session,
    clock: Clock,
    *,
    kind: RequestKind,
    law: PrivacyLaw,
    source: RequestSource,
    received_on: date,
    person: bytes | None,
    actor: str,
) -> UUID:
    """Write down a request that reached us outside of the pages; its id. `person`: the keyed hash of their address.

    Refused for a day that is still to come.
    """
    if received_on > clock.now().date():
        raise Refused(Problem("received_on", "This day is still to come.", "Give the day on which it reached us."))
    made = PrivacyRequest(
        id=new_id(),
        kind=kind,
        law=law,
        source=source,
        status=RequestStatus.OPEN,
        person=person,
        received_on=received_on,
        due_on=law.due(received_on),
        recorded_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def note_done(
    session: Session, clock: Clock, kind: RequestKind, prospect_id: UUID, *, lead_id: UUID | None = None
) -> None:
    """Write down what a student did on their own page: asked and done at once, in the transaction that does it."""
    now = clock.now()
    person = session.execute(select(Prospect.email_key).where(Prospect.id == prospect_id)).scalar_one()
    session.add(
        PrivacyRequest(
            id=new_id(),
            kind=kind,
            law=PrivacyLaw.GDPR,
            source=RequestSource.OWN_PAGE,
            status=RequestStatus.CLOSED,
            outcome=RequestOutcome.DONE,
            person=person,
            prospect_id=prospect_id,
            lead_id=lead_id,
            received_on=now.date(),
            due_on=PrivacyLaw.GDPR.due(now.date()),
            carried_out_at=now,
            closed_at=now,
            closed_by=STUDENT,
            recorded_by=STUDENT,
            created_at=now,
        )
    )


def extend(session: Session, clock: Clock, request_id: UUID, words: str) -> None:
    """Give an open request the longer time that its law allows, once, with a reason. Refused when it is too late."""
    row, now = _open(session, request_id), clock.now()
    if row.extended_at is not None:
        raise Refused(Problem("words", "It was extended before, and the law allows that once."))
    if now.date() > row.due_on:
        raise Refused(Problem("words", "Its time is over, and an extension has to be told before that."))
    row.extended_at, row.extension_words = now, _checked("words", words, "Say why it takes longer.")
    row.due_on = row.law.due(row.received_on, extended=True)
    session.flush()


def mark_carried_out(session: Session, clock: Clock, request_id: UUID) -> None:
    """What the request asks for was done with everything we hold of the person."""
    _open(session, request_id).carried_out_at = clock.now()
    session.flush()


def close(session: Session, clock: Clock, request_id: UUID, outcome: RequestOutcome, note: str, *, actor: str) -> None:
    """End an open request with a note on what was answered. InvalidTransition when it is closed already.

    Refused where it is said to be done and is not: what can be carried out here was not.
    """
    row = _locked(session, request_id)
    is_ours = row.kind in CARRIED_OUT_HERE and row.person is not None
    if outcome is RequestOutcome.DONE and is_ours and row.carried_out_at is None and row.status is RequestStatus.OPEN:
        raise Refused(Problem("outcome", "It was not carried out yet.", "Carry it out, or say how else it ended."))
    row.status = REQUEST_LIFECYCLE.check(row.status, RequestStatus.CLOSED)
    row.note = _checked("note", note, "Say what was answered, and how.")
    row.outcome, row.closed_at, row.closed_by = outcome, clock.now(), actor
    session.flush()


def forget_words(session: Session, prospect_id: UUID, person: bytes) -> None:
    """Clear what our staff wrote about somebody who is erased; that there was a request, and its end, stays."""
    theirs = or_(PrivacyRequest.prospect_id == prospect_id, PrivacyRequest.person == person)
    cleared = update(PrivacyRequest).where(theirs).execution_options(synchronize_session=False)
    session.execute(cleared.where(PrivacyRequest.note.is_not(None)).values(note="Cleared: the person was erased."))
    session.execute(
        cleared.where(PrivacyRequest.extension_words.is_not(None)).values(
            extension_words="Cleared: the person was erased."
        )
    )


def _open(session: Session, request_id: UUID) -> PrivacyRequest:
    row = _locked(session, request_id)
    if row.status is not RequestStatus.OPEN:
        raise Refused(Problem("request", "It is closed."))
    return row


def _locked(session: Session, request_id: UUID) -> PrivacyRequest:
    found = session.get(PrivacyRequest, request_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such request.")
    return found


def _checked(where: str, words: str, problem: str) -> str:
    words = words.strip()
    if not words:
        raise Refused(Problem(where, problem))
    if len(words) > LONGEST_WORDS:
        raise Refused(Problem(where, f"That is more than {LONGEST_WORDS:,} characters."))
    return words
