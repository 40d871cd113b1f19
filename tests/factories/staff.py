"""Staff accounts, as the service leaves them once somebody has chosen a password."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.password import PASSWORD, password_hash
from webapp.domain.clock import Clock
from webapp.domain.ids import new_id, new_token
from webapp.models import StaffAccount, StaffRole
from webapp.services import audit
from webapp.services.staff import seed_roles


@dataclass(frozen=True)
class StaffLogin:
    """What a test needs to log in with."""

    id: UUID
    email: str
    password: str = PASSWORD


def make_staff(
    session: Session, clock: Clock, *roles: str, email: str | None = None, active: bool = True
) -> StaffLogin:
    """One account with `roles` (owner when none is named) and an address of its own."""
    address, now, wanted = email or f"staff-{new_id().hex}@match.example", clock.now(), list(roles or ("owner",))
    seed_roles(session)
    account = StaffAccount(
        id=new_id(),
        email=address,
        password=password_hash(),
        active=active,
        fs_uniquifier=new_token(),
        create_datetime=now,
        confirmed_at=now,
        roles=list(session.scalars(select(StaffRole).where(StaffRole.name.in_(wanted)))),
    )
    session.add(account)
    session.flush()
    audit.record(
        session,
        clock,
        staff_id=None,
        actor="test",
        action="staff.create",
        object_type="staff_account",
        object_id=str(account.id),
        after={"email": address, "roles": wanted, "active": active},
    )
    return StaffLogin(account.id, address)
