"""What a partner agreed to: fees and returns. The engine can import nothing from here."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class FeeKind(StrEnum):
    """What a partner may be charged for. There is no other kind, on purpose.

    A school that takes US federal student aid (Title IV) may pay nobody by success in securing enrolments
    (20 U.S.C. 1094(a)(20); 34 CFR 668.14(b)(22)). So a fee per enrolment and a share of tuition have no word here and
    no column in the tables, and the database refuses them for such a school, or one of which it is not known, even
    were a word added.
    """

    PER_LEAD = "per_lead"
    FLAT_PER_CYCLE = "flat_per_cycle"


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount in cents, for each lead or each cycle. `group_id` None: for all programs without a fee of their own."""

    kind: FeeKind
    cents: int
    group_id: UUID | None = None


DEFAULT_RETURN_DAYS = 14
"""How long a partner may return a lead where its terms say nothing else."""
MOST_CENTS = 10_000_000
"""The highest fee that is taken for meant: more is a slip of the keyboard."""
