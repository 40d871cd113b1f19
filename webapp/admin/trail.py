"""What staff do is written down in the transaction that does it; so is what they look at of people."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from webapp.admin.guard import staff
from webapp.context import client_address, runtime
from webapp.domain.actor import Actor
from webapp.services import audit


def write_down(
    session: Session,
    action: str,
    object_type: str,
    object_id: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write an audit entry about whoever is logged in. `before` and `after` hold no student's details."""
    who = staff()
    audit.record(
        session,
        runtime().clock,
        staff_id=who.id,
        actor=who.email,
        action=action,
        object_type=object_type,
        object_id=object_id,
        before=before,
        after=after,
        remote_address=client_address(),
    )


def actor() -> Actor:
    """Whoever is logged in, for services that write the entry themselves."""
    who = staff()
    return Actor(who.email, staff_id=who.id, remote_address=client_address())
