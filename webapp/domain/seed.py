"""Seed leads: mystery students made by staff, to see how a school treats those it is introduced to."""

from enum import StrEnum


class ContactWay(StrEnum):
    """How a school got in touch. Post is in nobody's permission, so it is always a way that was not allowed."""

    EMAIL = "email"
    PHONE = "phone"
    TEXT = "text"
    POST = "post"


class ContactSource(StrEnum):
    """Who says that there was a contact."""

    STAFF = "staff"
    INBOUND = "inbound"  # a mail to the address of the seed
