"""Staff accounts: made on the command line or by an owner, never by signing up."""

import secrets
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import Problem, Refused
from webapp.domain.ids import new_id
from webapp.models import StaffAccount, StaffRole
from webapp.services import audit
from webapp.services.password import hash_password, password_problems

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "owner": "Everything, staff accounts among it.",
        "catalog_editor": "Imports and edits listings.",
        "partner_manager": "Partners, their terms and their deliveries.",
        "support": "Students' submissions, mails and withdrawals.",
        "analyst": "Reports without personal details.",
    }
)
"""Every role there is, with what it is for."""


def create_staff(
    session: Session, clock: Clock, *, email: str, password: str, roles: Iterable[str], actor: str, active: bool = True
) -> UUID:
    """Create an account; its id. Refused with every reason: bad address, address taken, weak password, unknown role."""
    problems: list[Problem] = []
    address = _checked_address(session, email, problems)
    problems += password_problems(password, about=(email,))
    wanted = list(dict.fromkeys(roles))
    for role in wanted:
        if role not in ROLES:
            problems.append(Problem("role", f"{role[:40]} is not a role.", "Use " + ", ".join(ROLES) + "."))
    if not wanted:
        problems.append(Problem("role", "The account would have no role.", "Use " + ", ".join(ROLES) + "."))
    if problems:
        raise Refused(*problems)
    seed_roles(session)
    account = StaffAccount(
        id=new_id(),
        email=address,
        password=hash_password(password),
        active=active,
        fs_uniquifier=secrets.token_hex(32),
        confirmed_at=clock.now(),
        roles=list(session.scalars(select(StaffRole).where(StaffRole.name.in_(wanted)))),
    )
    session.add(account)
    session.flush()
    audit.record(
        session,
        clock,
        staff_id=None,
        actor=actor,
        action="staff.create",
        object_type="staff_account",
        object_id=str(account.id),
        after={"email": address, "roles": wanted, "active": active},
    )
    return account.id


def seed_roles(session: Session) -> None:
    """Make sure every role has its row. Safe to repeat, and at the same time as another."""
    rows = [{"id": new_id(), "name": name, "description": description} for name, description in ROLES.items()]
    session.execute(insert(StaffRole).values(rows).on_conflict_do_nothing(index_elements=["name"]))


def _checked_address(session: Session, email: str, problems: list[Problem]) -> str:
    try:
        # Reserved names such as .test are for trying things out: the address is typed by staff, and not mailed unasked.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        problems.append(Problem("email", f"It is not an e-mail address: {error}", "Check its spelling."))
        return ""
    address: str = checked.normalized.lower()
    taken = session.execute(select(StaffAccount.id).where(func.lower(StaffAccount.email) == address)).first()
    if taken is not None:
        problems.append(Problem("email", "There is an account with this address.", "Use another address."))
    return address
