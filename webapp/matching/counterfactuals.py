"""Counterfactuals: single things the student could change, each verified by running the engine again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.domain.profile import Profile
from webapp.matching.gaps import Gap
from webapp.matching.statement import Case, fact_value

MOST_CHANGES = 3
"""How many different changes are tried for one list: each costs a run of the engine."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer changed: its path in the profile, and the new value as in JSON."""

    path: str
    value: str | int | float

    def apply(self, profile: Profile) -> Profile:
        """The profile with this answer changed."""
        stated = profile.to_json()
        section, key = self.path.split(".")
        return Profile.from_json({**stated, section: {**stated.get(section, {}), key: self.value}})


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What one change would do to one match; `rank` is None where the program stays below the fiftieth place."""

    change: Change
    verdict: str
    rank: int | None

    def to_json(self) -> dict[str, Any]:
        """The counterfactual as it stands in the ranking."""
        return {"change": {self.change.path: self.change.value}, "verdict": self.verdict, "rank": self.rank}


def changes_for(gaps: Sequence[Gap], case: Case) -> list[Change]:
    """Single changes worth trying for one match: the one subject that is missing, and a budget that would do."""
    changes = []
    if len(gaps) == 1 and gaps[0].rule.startswith("subject."):
        subject = gaps[0].rule.removeprefix("subject.")
        changes.append(Change(f"subjects.{subject}", gaps[0].needs))
    cents, budget = case.listing.tuition_total_cents, case.context.student.profile.practical.budget_cents
    if cents is not None and budget is not None and cents > budget:
        changes.append(Change("practical.budget_usd", fact_value(case.listing, "tuition_total_usd")))
    return changes


def limit_changes(changes: Sequence[Change]) -> frozenset[Change]:
    """The first few different changes, in the order of the matches they were made for."""
    return frozenset(list(dict.fromkeys(changes))[:MOST_CHANGES])
