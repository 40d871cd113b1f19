"""What a member of staff may do in the back office."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """One person may have several; what they may do is all of it together."""

    OWNER = "owner"
    CATALOG_EDITOR = "catalog_editor"
    PARTNER_MANAGER = "partner_manager"
    SUPPORT = "support"
    ANALYST = "analyst"


ROLE_LABELS: Final[Mapping[Role, str]] = {
    Role.OWNER: "Owner",
    Role.CATALOG_EDITOR: "Catalog editor",
    Role.PARTNER_MANAGER: "Partner manager",
    Role.SUPPORT: "Support",
    Role.ANALYST: "Analyst",
}
ROLE_MEANINGS: Final[Mapping[Role, str]] = {
    Role.OWNER: "Everything, staff accounts among it.",
    Role.CATALOG_EDITOR: "Imports and edits listings.",
    Role.PARTNER_MANAGER: "Partners, their terms and their deliveries.",
    Role.SUPPORT: "Students' submissions, mails and withdrawals.",
    Role.ANALYST: "Reads every page and changes nothing; sees no personal details.",
}
EVERYONE: Final = frozenset(Role)
OWNERS: Final = frozenset({Role.OWNER})
IMPORTERS: Final = frozenset({Role.OWNER, Role.CATALOG_EDITOR})
PARTNER_MANAGERS: Final = frozenset({Role.OWNER, Role.PARTNER_MANAGER})
SENDERS: Final = frozenset({Role.OWNER, Role.PARTNER_MANAGER, Role.SUPPORT})
SEES_PEOPLE: Final = SENDERS
"""Who is shown names, addresses and what partners answered; the others see the same pages without them."""
