"""Rounds of removing what was kept long enough: each kind in a transaction of its own, and what came of it kept."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.models import RetentionRun
from webapp.services import (
    bulk_act,
    draft,
    erasure,
    import_job,
    inbound_mail,
    kept_answer,
    link_request,
    mail_turn,
    outbox,
    partner_access,
    pending_request,
    resume_link,
    retention,
    share,
    staff_access,
    staff_session,
)
from webapp.services.transaction import Begin

WORKS: Final[Mapping[str, Callable[[Session, Clock], int]]] = {
    "outbox_events": outbox.purge,
    "resume_links": resume_link.purge,
    "access_links": partner_access.purge,
    "drafts": draft.purge,
    "shared_lists": share.purge,
    "pending_requests": pending_request.purge,
    "link_requests": link_request.purge,
    "inbound_mails": inbound_mail.purge,
    "latecomers": erasure.clear_latecomers,
    "consents": retention.purge,
    "kept_answers": kept_answer.purge,
    "mail_turns": mail_turn.purge,
    "import_jobs": import_job.purge,
    "staff_sessions": staff_session.purge,
    "staff_access_links": staff_access.purge,
    "bulk_acts": bulk_act.purge,
}
"""As `domain.retention.WORK_LABELS` names them, in the same order."""


class _PutBackError(Exception):
    """Takes a savepoint back when there is nothing wrong."""


Work = Callable[[Session, Clock], int]


def run(begin: Begin, clock: Clock, *, works: Mapping[str, Work] = WORKS) -> Mapping[str, int]:
    """Remove what is due, and write down how much of each kind that was. Kinds without any are left out.

    A kind that cannot be removed keeps no other from its turn; its fault is raised once all had theirs.
    """
    started_at, removed = clock.now(), dict[str, int]()
    with ExitStack() as turns:
        turns.callback(_write_down, begin, clock, started_at, removed)
        for name, work in reversed(list(works.items())):
            turns.callback(_remove, begin, clock, name, work, removed)
    return removed


def _remove(begin: Begin, clock: Clock, name: str, work: Work, removed: dict[str, int]) -> None:
    with begin() as session:
        count = work(session, clock)
    if count:
        removed[name] = count


def _write_down(begin: Begin, clock: Clock, started_at: datetime, removed: Mapping[str, int]) -> None:
    with begin() as session:
        # Most rounds find nothing: of those it is enough to know the last.
        session.execute(
            delete(RetentionRun).where(RetentionRun.removed == {}).execution_options(synchronize_session=False)
        )
        session.add(RetentionRun(id=new_id(), started_at=started_at, finished_at=clock.now(), removed=dict(removed)))


def preview(session: Session, clock: Clock) -> Mapping[str, int]:
    """What a run would remove now: each kind is removed as a run does it, counted, and put back."""
    found = {}
    for name, work in WORKS.items():
        with suppress(_PutBackError), session.begin_nested():
            found[name] = work(session, clock)
            raise _PutBackError
    session.expire_all()
    return found
