"""Who does something: a person whose name, and the address they came from, stand in the audit log."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff (`staff_id`), a person of a partner's team (`account_id`), or, with neither, somebody at the
    command line. `name` is the address they log in with."""

    name: str
    staff_id: UUID | None = None
    account_id: UUID | None = None
    remote_address: str | None = None
