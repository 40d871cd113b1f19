"""What a member of a partner's team may do in the portal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class PartnerRole(StrEnum):
    """Owners run the team and the settings, admissions work with the leads, readers see how things stand."""

    OWNER = "owner"
    ADMISSIONS = "admissions"
    READ_ONLY = "read_only"


ROLE_LABELS: Final[Mapping[PartnerRole, str]] = {
    PartnerRole.OWNER: "Owner",
    PartnerRole.ADMISSIONS: "Admissions",
    PartnerRole.READ_ONLY: "Read only",
}
ROLE_MEANINGS: Final[Mapping[PartnerRole, str]] = {
    PartnerRole.OWNER: "Everything: leads with personal details, exports, the team and the settings.",
    PartnerRole.ADMISSIONS: (
        "Leads with personal details, their status, returns and exports; how leads reach you, hours and lower caps. "
        "Neither the team nor the settings."
    ),
    PartnerRole.READ_ONLY: "Lists, figures, invoices and delivery logs, without names, addresses or answers.",
}
EVERYONE: Final = frozenset(PartnerRole)
OWNERS: Final = frozenset({PartnerRole.OWNER})
SEES_PEOPLE: Final = frozenset({PartnerRole.OWNER, PartnerRole.ADMISSIONS})
"""Who is shown names, addresses, answers and what was sent; the others see the same pages without them."""
CHANGES_LIMITS: Final = frozenset({PartnerRole.OWNER, PartnerRole.ADMISSIONS})
"""Who changes caps and hours; where that may cost more, all but owners ask."""


SETS_DELIVERY: Final = SEES_PEOPLE
"""Who may change how leads reach the partner, try it out and have leads sent again."""


WORKS_WITH_LEADS: Final = frozenset({PartnerRole.OWNER, PartnerRole.ADMISSIONS})
"""Who may say how far the school came with a lead, and ask for a return; the others read what was said and decided."""


class AccessPurpose(StrEnum):
    """What a link that was mailed to a member of a partner's team is for."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a word, not a password
