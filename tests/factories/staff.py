"""Staff accounts, made through the service."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.services.staff import create_staff

PASSWORD = "copper lantern eleven rivers"


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
    address = email or f"staff-{new_id().hex}@match.example"
    staff_id = create_staff(
        session, clock, email=address, password=PASSWORD, roles=roles or ("owner",), actor="test", active=active
    )
    return StaffLogin(staff_id, address)
