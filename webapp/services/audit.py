"""Writing down what staff and people of partners did: who, what, before, after, from where."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.ids import new_id
from webapp.models import AuditEntry

COMMAND_LINE: Final = "command line"
"""Who acts where nobody is logged in: whoever has the shell."""


def record(
    session: Session,
    clock: Clock,
    *,
    staff_id: UUID | None,
    partner_id: UUID | None = None,
    actor: str,
    action: str,
    object_type: str,
    object_id: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    remote_address: str | None = None,
) -> UUID:
    """Append one entry; its id. `before` and `after` are JSON and must hold no secret and no student's details.

    `partner_id` is given where one of that partner's own people acted, who then see it in their own trail.
    `actor` names who acted in words ("ada@example.org", "command line") and stays readable when the account is gone.
    """
    entry = AuditEntry(
        id=new_id(),
        at=clock.now(),
        staff_id=staff_id,
        partner_id=partner_id,
        actor=actor,
        action=action,
        object_type=object_type,
        object_id=object_id,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        remote_address=remote_address,
    )
    session.add(entry)
    session.flush()
    return entry.id
