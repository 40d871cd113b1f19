"""Age, as far as it matters: three bands, and who may be introduced to schools. The engine never sees it."""

from enum import StrEnum


class AgeBand(StrEnum):
    """How old a student says they are; None elsewhere means that they would rather not say."""

    ADULT = "18_or_older"
    TEEN = "13_to_17"
    CHILD = "under_13"
    """Nothing of a child's may be kept (16 CFR Part 312, children's online privacy)."""


def may_be_introduced(age: AgeBand | None) -> bool:
    """Whether schools may be offered. Who did not say must still state to be an adult in the request itself."""
    return age not in (AgeBand.TEEN, AgeBand.CHILD)
