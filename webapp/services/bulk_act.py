"""Acts of staff upon many: planned and looked at, started once, then done one by one, each in its own transaction."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.bulk_act import ACTIONS, BULK_LIFECYCLE, MOST_AT_ONCE, OBJECTS, BulkKind, BulkStatus, ItemStatus
from webapp.domain.clock import Clock
from webapp.domain.errors import DomainError, NotFound, Problem, Refused
from webapp.domain.events import EventKind
from webapp.domain.finding import FOUND_BY_STAFF, Finding
from webapp.domain.ids import new_id
from webapp.domain.lead import EndedByStaff
from webapp.domain.message import MessageStatus
from webapp.models import BulkAct, BulkActItem, Delivery
from webapp.observability.log import get_logger
from webapp.queries.bulk_act import why_not
from webapp.queries.leads import lead_state
from webapp.queries.messages import message_state
from webapp.services import audit, message, outbox, redelivery
from webapp.services import lead as leads
from webapp.services.message_state import locked, put_off
from webapp.services.transaction import Begin

log = get_logger(__name__)

PLANNED_FOR: Final = timedelta(days=1)
"""So long an act waits to be started: what it was planned on is then no longer as it was."""
PURGED_AT_ONCE: Final = 200
BROKEN: Final = "Something of ours went wrong; the log says what."


def plan(
    session: Session,
    clock: Clock,
    kind: BulkKind,
    ids: Sequence[UUID],
    *,
    by: Actor,
    choice: str | None = None,
    left_out: int = 0,
) -> UUID:
    """Write down what would be done to `ids`, and why to some it cannot be; the act's id. Nothing is done yet.

    `left_out` is how many more there were. Refused for none, for more than `MOST_AT_ONCE`, and for a `choice` (why a
    lead ends, what is wrong with it) that the act does not know.
    """
    unique = list(dict.fromkeys(ids))
    if not unique:
        raise Refused(Problem("rows", "Nothing was chosen.", "Tick some, or choose all that match."))
    if len(unique) > MOST_AT_ONCE:
        raise Refused(Problem("rows", f"That is more than {MOST_AT_ONCE:,} at once.", "Narrow the list first."))
    choice = _checked_choice(kind, choice)
    act = BulkAct(
        id=new_id(),
        kind=kind,
        status=BulkStatus.PLANNED,
        choice=choice,
        left_out=left_out,
        staff_id=_staff_of(by),
        actor=by.name,
        remote_address=by.remote_address,
        created_at=clock.now(),
    )
    session.add(act)
    session.flush()
    refused = why_not(session, kind, unique, clock.now())
    rows = [
        {
            "act_id": act.id,
            "object_id": each,
            "number": number,
            "status": ItemStatus.REFUSED if each in refused else ItemStatus.WAITING,
            "words": refused.get(each),
        }
        for number, each in enumerate(unique, start=1)
    ]
    session.execute(insert(BulkActItem), rows)
    return act.id


def start(session: Session, clock: Clock, act_id: UUID, *, by: Actor) -> bool:
    """Let a planned act begin; whether it was not begun before. NotFound when there is none."""
    act = session.get(BulkAct, act_id, with_for_update=True, populate_existing=True)
    if act is None:
        raise NotFound("There is no such act.")
    if act.status is not BulkStatus.PLANNED:
        return False
    act.status = BULK_LIFECYCLE.check(act.status, BulkStatus.RUNNING)
    act.started_at = clock.now()
    act.staff_id, act.actor, act.remote_address = _staff_of(by), by.name, by.remote_address
    outbox.add(session, EventKind.BULK_ACT_DUE, [act.id], due_at=clock.now())
    return True


def _staff_of(by: Actor) -> UUID:
    if by.staff_id is None:
        raise ValueError("Bulk acts are for staff alone.")
    return by.staff_id


def purge(session: Session, clock: Clock, *, limit: int = PURGED_AT_ONCE) -> int:
    """Delete acts that were looked at and not started for a day, with the list of what they would have been done to."""
    old = (
        select(BulkAct.id)
        .where(BulkAct.status == BulkStatus.PLANNED, BulkAct.created_at < clock.now() - PLANNED_FOR)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(old).all()
    session.execute(delete(BulkAct).where(BulkAct.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)


def work(begin: Begin, clock: Clock, act_id: UUID, *, most: int | None = None, seconds: float = 25.0) -> int:
    """Do a running act to those it is not done to yet, at most `most`, for so long; how many were settled.

    Each goes in a transaction of its own that also says that it is done, so none is done twice, however many work at
    it. One that has moved on since the preview is refused, in words.
    """
    until, settled = time.monotonic() + seconds, 0
    while (most is None or settled < most) and time.monotonic() < until:
        with begin() as session:
            if not _settle_next(session, clock, act_id):
                break
        settled += 1
    with begin() as session:
        _finish(session, clock, act_id)
    return settled


def _settle_next(session: Session, clock: Clock, act_id: UUID) -> bool:
    item = session.execute(
        select(BulkActItem)
        .join(BulkAct, BulkAct.id == BulkActItem.act_id)
        .where(BulkAct.id == act_id, BulkAct.status == BulkStatus.RUNNING, BulkActItem.status == ItemStatus.WAITING)
        .order_by(BulkActItem.number)
        .limit(1)
        .with_for_update(of=BulkActItem, skip_locked=True)
    ).scalar_one_or_none()
    if item is None:
        return False
    act = session.get_one(BulkAct, act_id)
    try:
        with session.begin_nested():
            _do(session, clock, act, item.object_id)
    except DomainError as fault:
        item.status, item.words = ItemStatus.REFUSED, _words(fault)
    except (KeyError, TypeError, ValueError, AttributeError):
        # One row that our code cannot read must not keep the others from their turn for good.
        log.exception("one of a bulk act failed", act=str(act_id), id=str(item.object_id))
        item.status, item.words = ItemStatus.REFUSED, BROKEN
    else:
        item.status = ItemStatus.DONE
    return True


def _do(session: Session, clock: Clock, act: BulkAct, object_id: UUID) -> None:
    """The act upon one, and its entry in the audit log."""
    state = _STATES[OBJECTS[act.kind]]
    before = state(session, object_id)
    _DEEDS[act.kind](session, clock, object_id, act.choice or "")
    session.flush()
    audit.record(
        session,
        clock,
        staff_id=act.staff_id,
        actor=act.actor,
        action=ACTIONS[act.kind],
        object_type=OBJECTS[act.kind],
        object_id=str(object_id),
        before=before,
        after={**state(session, object_id), "bulk_act": str(act.id)},
        remote_address=act.remote_address,
    )


def _finish(session: Session, clock: Clock, act_id: UUID) -> None:
    act = session.get(BulkAct, act_id, with_for_update=True, populate_existing=True)
    waiting = exists().where(BulkActItem.act_id == act_id, BulkActItem.status == ItemStatus.WAITING)
    if act is None or act.status is not BulkStatus.RUNNING or session.execute(select(waiting)).scalar():
        return
    act.status = BULK_LIFECYCLE.check(act.status, BulkStatus.DONE)
    act.finished_at = clock.now()


def _resend(session: Session, clock: Clock, message_id: UUID, _choice: str) -> None:
    row = locked(session, message_id)
    if row is not None and row.status is MessageStatus.DEFERRED:
        put_off(session, row, "resent_by_staff", until=clock.now())
    elif row is not None and row.status is MessageStatus.UNCERTAIN:
        raise Refused(Problem("message", "It may have arrived: only somebody who has looked may send it again."))
    else:
        message.resend(session, clock, message_id)


def _delivery_state(session: Session, delivery_id: UUID) -> dict[str, Any]:
    lead_id = session.execute(select(Delivery.lead_id).where(Delivery.id == delivery_id)).scalar()
    if lead_id is None:
        raise NotFound("There is no such delivery.")
    return lead_state(session, lead_id)


_STATES: Final[Mapping[str, Callable[[Session, UUID], dict[str, Any]]]] = {
    "lead": lead_state,
    "delivery": _delivery_state,
    "message": message_state,
}
_DEEDS: Final[Mapping[BulkKind, Callable[[Session, Clock, UUID, str], None]]] = {
    BulkKind.RELEASE: lambda session, clock, lead_id, _: leads.release_from_review(session, clock, lead_id),
    BulkKind.END: lambda session, clock, lead_id, why: leads.end_review(session, clock, lead_id, EndedByStaff(why)),
    BulkKind.MARK_INVALID: lambda session, clock, lead_id, what: leads.mark_invalid(
        session, clock, lead_id, Finding(what)
    ),
    BulkKind.REPLAY: lambda session, clock, delivery_id, _: redelivery.replay(session, clock, delivery_id),
    BulkKind.RESEND: _resend,
}


def _checked_choice(kind: BulkKind, choice: str | None) -> str | None:
    known = {
        BulkKind.END: {each.value for each in EndedByStaff},
        BulkKind.MARK_INVALID: {each.value for each in FOUND_BY_STAFF},
    }.get(kind)
    if known is not None and choice not in known:
        raise Refused(Problem("choice", "Choose why."))
    return choice if known else None


def _words(fault: DomainError) -> str:
    if isinstance(fault, Refused):
        return " ".join(f"{problem.what} {problem.remedy}".strip() for problem in fault.problems)
    return str(fault)
