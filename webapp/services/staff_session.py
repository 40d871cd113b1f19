"""Log-ins of staff: begun, looked up, proved anew, ended one by one or all at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.domain.browser_name import browser_name
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound
from webapp.domain.ids import new_id, new_token, token_hash
from webapp.domain.staff_session import SESSION_LIFE, is_over
from webapp.models import StaffAccount, StaffPolicy, StaffSession

SEEN_EVERY: Final = timedelta(minutes=1)
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """A log-in that holds. `must_set_up`: an owner asks a second step of everybody, and this person has none yet."""

    id: UUID
    proved_at: datetime
    has_second_step: bool
    must_set_up: bool


def begin(session: Session, clock: Clock, staff_id: UUID, *, remote_address: str, user_agent: str) -> str:
    """Somebody proved who they are: the token that their cookie is to hold. It is told nowhere else."""
    token, now = new_token(), clock.now()
    session.add(
        StaffSession(
            id=new_id(),
            staff_id=staff_id,
            token_hash=token_hash(token),
            started_at=now,
            seen_at=now,
            proved_at=now,
            remote_address=remote_address,
            browser=browser_name(user_agent),
        )
    )
    return token


def find(session: Session, clock: Clock, token: str, staff_id: UUID) -> Standing | None:
    """The log-in that a cookie's token stands for, noted as seen now; None once it ended, by whatever."""
    row = session.execute(
        select(StaffSession, StaffAccount.totp_since, StaffPolicy.second_step_required)
        .join(StaffAccount, StaffAccount.id == StaffSession.staff_id)
        .outerjoin(StaffPolicy, StaffPolicy.id == 1)
        .where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffAccount.active,
        )
    ).first()
    now = clock.now()
    if row is None or is_over(row[0].started_at, row[0].seen_at, now):
        return None
    kept, totp_since, is_required = row
    if now - kept.seen_at > SEEN_EVERY:
        kept.seen_at = now
    return Standing(kept.id, kept.proved_at, totp_since is not None, bool(is_required) and totp_since is None)


def prove(session: Session, clock: Clock, session_id: UUID) -> None:
    """The person behind a log-in proved once more who they are."""
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(proved_at=clock.now()))


def end(session: Session, clock: Clock, staff_id: UUID, session_id: UUID) -> None:
    """End one log-in of this person. NotFound where it is not theirs or has ended."""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(StaffSession.id)
    ).first()
    if ended is None:
        raise NotFound("This log-in has ended.")


def end_others(session: Session, clock: Clock, staff_id: UUID, *, but: UUID) -> int:
    """End every log-in of this person but one; how many."""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.id != but, StaffSession.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(StaffSession.id)
    )
    return len(ended.all())


def end_all(session: Session, clock: Clock, account: StaffAccount) -> None:
    """End every log-in of this person. A cookie copied before is worth nothing."""
    account.fs_uniquifier, account.update_datetime = new_token(), clock.now()
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == account.id, StaffSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def purge(session: Session, clock: Clock) -> int:
    """Forget log-ins that were over a day ago; how many. The audit log keeps who came when, and from where."""
    gone = session.execute(
        delete(StaffSession)
        .where(StaffSession.started_at < clock.now() - SESSION_LIFE - _KEPT)
        .returning(StaffSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
