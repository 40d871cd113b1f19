"""The lists of the back office that can be narrowed, and narrowed again under a name."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StaffList(StrEnum):
    LEADS = "leads"
    DELIVERIES = "deliveries"
    MESSAGES = "messages"
    SUBMISSIONS = "submissions"
    PROGRAMS = "programs"
    PARTNERS = "partners"
    AUDIT = "audit"


LONGEST_NAME: Final = 60
LONGEST_VALUE: Final = 100
MOST_VIEWS: Final = 30

FILTERS: Final[Mapping[StaffList, tuple[str, ...]]] = {
    StaffList.LEADS: ("status", "partner", "program", "since", "until"),
    StaffList.DELIVERIES: ("status", "partner", "since", "until"),
    StaffList.MESSAGES: ("status", "class", "since", "until"),
    StaffList.SUBMISSIONS: ("since", "until"),
    StaffList.PROGRAMS: ("text", "stage", "source", "credential"),
    StaffList.PARTNERS: ("status",),
    StaffList.AUDIT: ("who", "kind", "type", "id", "since", "until"),
}
"""By what each can be narrowed: the names in its address. Who a student is is never among them."""


def kept_filters(which: StaffList, asked: Mapping[str, str]) -> dict[str, str]:
    """Of what an address asks for, what a saved view may hold."""
    return {name: asked[name][:LONGEST_VALUE] for name in FILTERS[which] if asked.get(name)}
