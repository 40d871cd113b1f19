"""Staff accounts: made on the command line or by an owner, never by signing up; and what becomes of them."""

import secrets
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.actor import Actor
from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.links import Links
from webapp.domain.staff_role import ROLE_MEANINGS, Role
from webapp.domain.staff_session import AccountNews, StaffAccessPurpose
from webapp.models import StaffAccount, StaffPolicy, StaffRole
from webapp.services import account_news, audit, second_step, staff_access, staff_session
from webapp.services.account_address import checked_address
from webapp.services.password import hash_password, password_problems

ROLES: Mapping[str, str] = MappingProxyType({role.value: words for role, words in ROLE_MEANINGS.items()})
"""Every role there is, with what it is for."""
_TEAM_LOCK = 7_001
"""Whoever makes an account or changes who is an owner waits here: two owners cannot disable each other at once."""


COMMAND_LINE = Actor(audit.COMMAND_LINE)


def create_staff(
    session: Session, clock: Clock, *, email: str, password: str, roles: Iterable[str], actor: str, active: bool = True
) -> UUID:
    """Create an account; its id. Refused with every reason: bad address, address taken, weak password, unknown role."""
    _lock_team(session)
    problems: list[Problem] = []
    address = _free_address(session, email, problems)
    problems += password_problems(password, about=(email,))
    wanted = _checked_roles(roles, problems)
    if problems:
        raise Refused(*problems)
    account = _new_account(session, clock, address, wanted)
    account.password, account.active, account.confirmed_at = hash_password(password), active, clock.now()
    _write_down(
        session,
        clock,
        account.id,
        "staff.create",
        Actor(actor),
        after={"email": address, "roles": wanted, "active": active},
    )
    return account.id


def invite(session: Session, clock: Clock, links: Links, *, email: str, roles: Iterable[str], by: Actor) -> UUID:
    """Make an account without a password and mail a link to choose one; the account's id.

    Inviting somebody who has not accepted yet mails a new link, and gives the roles named now. Refused with every
    reason: bad address, address taken, unknown role or none.
    """
    _lock_team(session)
    problems: list[Problem] = []
    address = checked_address(email, problems)
    known = _by_address(session, address, lock=True) if address else None
    if known is not None and (known.password is not None or not known.active):
        problems.append(Problem("email", "There is an account with this address.", "Use another address."))
    wanted = _checked_roles(roles, problems)
    if problems:
        raise Refused(*problems)
    before = None if known is None else {"email": address, "roles": _names(known)}
    account = known or _new_account(session, clock, address, wanted)
    account.roles = _roles(session, wanted)
    staff_access.send(session, clock, links, account, StaffAccessPurpose.INVITATION)
    _write_down(session, clock, account.id, "invited", by, before=before, after={"email": address, "roles": wanted})
    return account.id


def mail_password_link(session: Session, clock: Clock, links: Links, *, staff_id: UUID, by: Actor) -> None:
    """Mail somebody a link to set a password: the invitation again, or a new password. Refused for a closed account."""
    account = _locked(session, staff_id)
    if not account.active:
        raise Refused(Problem("staff", "This account is disabled.", "Enable it first."))
    is_new = account.password is None
    purpose = StaffAccessPurpose.INVITATION if is_new else StaffAccessPurpose.PASSWORD_RESET
    staff_access.send(session, clock, links, account, purpose)
    _write_down(session, clock, staff_id, "password_link_mailed", by, after={"purpose": purpose})


def change_roles(session: Session, clock: Clock, *, staff_id: UUID, roles: Iterable[str], by: Actor) -> None:
    """Give somebody other roles and end their log-ins. Refused when it would leave no owner who can log in."""
    _lock_team(session)
    account = _locked(session, staff_id)
    problems: list[Problem] = []
    wanted, before = _checked_roles(roles, problems), _names(account)
    if problems:
        raise Refused(*problems)
    if set(wanted) == set(before):
        return
    if Role.OWNER in before and Role.OWNER not in wanted:
        _keep_an_owner(session, account)
    account.roles = _roles(session, wanted)
    staff_session.end_all(session, clock, account)
    _write_down(session, clock, staff_id, "role_changed", by, before={"roles": before}, after={"roles": wanted})


def disable(session: Session, clock: Clock, *, staff_id: UUID, by: Actor) -> None:
    """Close an account: every log-in of it ends and no link of it works. Refused for the last owner who can log in."""
    _lock_team(session)
    account = _locked(session, staff_id)
    if not account.active:
        raise Refused(Problem("staff", "This account is disabled already."))
    if Role.OWNER in _names(account):
        _keep_an_owner(session, account)
    account.active = False
    staff_access.end_links(session, clock, staff_id)
    staff_session.end_all(session, clock, account)
    _write_down(session, clock, staff_id, "disabled", by, before={"active": True}, after={"active": False})


def enable(session: Session, clock: Clock, *, staff_id: UUID, by: Actor) -> None:
    """Open an account again, as it was. Refused when it is open."""
    account = _locked(session, staff_id)
    if account.active:
        raise Refused(Problem("staff", "This account is not disabled."))
    account.active = True
    _write_down(session, clock, staff_id, "enabled", by, before={"active": False}, after={"active": True})


def reset_second_step(session: Session, clock: Clock, *, staff_id: UUID, by: Actor) -> None:
    """Switch somebody's second step off who lost device and codes, and end their log-ins. Refused when it is off."""
    account = _locked(session, staff_id)
    if account.totp_since is None:
        raise Refused(Problem("staff", "Their second step is off."))
    second_step.end(account)
    staff_session.end_all(session, clock, account)
    account_news.tell_staff(session, clock, staff_id, AccountNews.SECOND_STEP_OFF)
    _write_down(
        session, clock, staff_id, "second_step_reset", by, before={"second_step": True}, after={"second_step": False}
    )


def require_second_step(session: Session, clock: Clock, *, required: bool, by: Actor) -> None:
    """Ask the second step of all staff, or no more. Whoever has none sets it up before anything else."""
    _lock_team(session)
    kept = session.get(StaffPolicy, 1)
    before = kept is not None and kept.second_step_required
    if before is required:
        return
    if kept is None:
        kept = StaffPolicy(id=1)
        session.add(kept)
    kept.second_step_required, kept.changed_at, kept.actor = required, clock.now(), by.name
    session.flush()
    audit.record(
        session,
        clock,
        staff_id=by.staff_id,
        actor=by.name,
        action="second_step_required" if required else "second_step_not_required",
        object_type="staff_policy",
        object_id="1",
        before={"second_step_required": before},
        after={"second_step_required": required},
        remote_address=by.remote_address,
    )


def staff_id_of(session: Session, email: str) -> UUID:
    """Whose address it is. NotFound when it is nobody's."""
    account = _by_address(session, email.strip())
    if account is None:
        raise NotFound("There is no account with this address.")
    return account.id


def seed_roles(session: Session) -> None:
    """Make sure every role has its row. Safe to repeat, and at the same time as another."""
    rows = [{"id": new_id(), "name": name, "description": description} for name, description in ROLES.items()]
    session.execute(insert(StaffRole).values(rows).on_conflict_do_nothing(index_elements=["name"]))


def _new_account(session: Session, clock: Clock, address: str, roles: list[str]) -> StaffAccount:
    account = StaffAccount(
        id=new_id(),
        email=address,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        create_datetime=clock.now(),
        roles=_roles(session, roles),
    )
    session.add(account)
    session.flush()
    return account


def _roles(session: Session, names: Iterable[str]) -> list[StaffRole]:
    seed_roles(session)
    return list(session.scalars(select(StaffRole).where(StaffRole.name.in_(tuple(names)))))


def _names(account: StaffAccount) -> list[str]:
    return sorted(role.name for role in account.roles)


def _checked_roles(roles: Iterable[str], problems: list[Problem]) -> list[str]:
    wanted = list(dict.fromkeys(roles))
    remedy = "Use " + ", ".join(ROLES) + "."
    problems += [Problem("role", f"{role[:40]} is not a role.", remedy) for role in wanted if role not in ROLES]
    if not wanted:
        problems.append(Problem("role", "The account would have no role.", remedy))
    return wanted


def _lock_team(session: Session) -> None:
    session.execute(select(func.pg_advisory_xact_lock(_TEAM_LOCK)))


def _locked(session: Session, staff_id: UUID) -> StaffAccount:
    account = session.execute(
        select(StaffAccount).where(StaffAccount.id == staff_id).with_for_update()
    ).scalar_one_or_none()
    if account is None:
        raise NotFound("There is no such account.")
    return account


def _keep_an_owner(session: Session, account: StaffAccount) -> None:
    others = session.execute(
        select(func.count())
        .select_from(StaffAccount)
        .join(StaffAccount.roles)
        .where(
            StaffAccount.id != account.id,
            StaffRole.name == Role.OWNER,
            StaffAccount.active,
            StaffAccount.password.is_not(None),
        )
    ).scalar_one()
    if others == 0:
        raise Refused(Problem("role", "There would be no owner who can log in.", "Make somebody else an owner first."))


def _by_address(session: Session, address: str, *, lock: bool = False) -> StaffAccount | None:
    statement = select(StaffAccount).where(func.lower(StaffAccount.email) == address.lower())
    return session.execute(statement.with_for_update() if lock else statement).scalar_one_or_none()


def _free_address(session: Session, email: str, problems: list[Problem]) -> str:
    address = checked_address(email, problems)
    if address and _by_address(session, address) is not None:
        problems.append(Problem("email", "There is an account with this address.", "Use another address."))
    return address


def _write_down(
    session: Session,
    clock: Clock,
    staff_id: UUID,
    action: str,
    by: Actor,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        clock,
        staff_id=by.staff_id,
        actor=by.name,
        action=action,
        object_type="staff_account",
        object_id=str(staff_id),
        before=before,
        after=after,
        remote_address=by.remote_address,
    )
