"""Staff accounts and their log-ins, as the back office shows them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from webapp.domain.errors import NotFound
from webapp.domain.ids import token_hash
from webapp.domain.staff_role import Role
from webapp.domain.staff_session import IDLE_LIFE, SESSION_LIFE, StaffAccessPurpose
from webapp.models import StaffAccessLink, StaffAccount, StaffPolicy, StaffSession


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One member of staff. `has_joined` says that they have a password; `recovery_codes_left` how many are unused."""

    id: UUID
    email: str
    roles: tuple[Role, ...]
    active: bool
    has_joined: bool
    has_second_step: bool
    recovery_codes_left: int
    last_login_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LogIn:
    """One log-in that holds: since when, when last seen, from where, and in which browser."""

    id: UUID
    started_at: datetime
    seen_at: datetime
    remote_address: str
    browser: str


@dataclass(frozen=True, slots=True)
class StaffLink:
    """What a mailed link that still works is for, and whose it is."""

    purpose: StaffAccessPurpose
    email: str


def list_staff(session: Session) -> tuple[StaffMember, ...]:
    """Everybody, by address; the closed accounts last."""
    rows = session.scalars(
        select(StaffAccount)
        .options(selectinload(StaffAccount.roles))
        .order_by(StaffAccount.active.desc(), func.lower(StaffAccount.email))
    )
    return tuple(_member(row) for row in rows)


def get_staff_member(session: Session, staff_id: UUID) -> StaffMember:
    """One of them. NotFound when there is none."""
    account = session.get(StaffAccount, staff_id, options=[selectinload(StaffAccount.roles)])
    if account is None:
        raise NotFound("There is no such account.")
    return _member(account)


def list_log_ins(session: Session, staff_id: UUID, now: datetime) -> tuple[LogIn, ...]:
    """The log-ins of one person that hold at `now`, the one last seen first."""
    rows = session.execute(
        select(
            StaffSession.id,
            StaffSession.started_at,
            StaffSession.seen_at,
            StaffSession.remote_address,
            StaffSession.browser,
        )
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.started_at >= now - SESSION_LIFE,
            StaffSession.seen_at >= now - IDLE_LIFE,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id)
    )
    return tuple(LogIn(*row) for row in rows)


def find_staff_link(session: Session, token: str, now: datetime) -> StaffLink | None:
    """What a mailed link opens; None when it was used, is too old, or its account is closed."""
    row = session.execute(
        select(StaffAccessLink.purpose, StaffAccount.email)
        .join(StaffAccount, StaffAccount.id == StaffAccessLink.staff_id)
        .where(
            StaffAccessLink.token_hash == token_hash(token),
            StaffAccessLink.used_at.is_(None),
            StaffAccessLink.expires_at > now,
            StaffAccount.active,
        )
    ).first()
    return None if row is None else StaffLink(row.purpose, row.email)


def is_second_step_required(session: Session) -> bool:
    """Whether an owner asks the second step of all staff."""
    return bool(session.execute(select(StaffPolicy.second_step_required)).scalar())


def _member(row: StaffAccount) -> StaffMember:
    names = {role.name for role in row.roles}
    return StaffMember(
        id=row.id,
        email=row.email,
        roles=tuple(role for role in Role if role in names),
        active=row.active,
        has_joined=row.password is not None,
        has_second_step=row.totp_since is not None,
        recovery_codes_left=len(row.recovery_codes),
        last_login_at=row.current_login_at,
        created_at=row.create_datetime,
    )
