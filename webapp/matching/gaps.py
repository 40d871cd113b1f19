"""Gaps: the rules on entry that a student does not meet, what is asked, what they have, and who closes the gap."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.domain.rule_field import PROFILE_FIELDS
from webapp.domain.subject import Subject, SubjectLevel
from webapp.matching.entry import evaluated
from webapp.matching.rules import FALSE, SUBJECTS
from webapp.matching.statement import Case

MOST_BRIDGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A rule that fails. `bridges` are ids of published listings the student may enter now that close it."""

    rule: str
    needs: Any
    has: Any
    bridges: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The gap as it stands in the ranking."""
        return {"rule": self.rule, "needs": self.needs, "has": self.has, "bridges": list(self.bridges)}


def gaps_of(case: Case) -> list[Gap]:
    """Every rule on entry that fails for this row, in the order of the rules."""
    eligibility = case.context.eligibility
    failing = [rule for rule, value in case.held.items() if value == FALSE]
    if eligibility.state_at(case.row) == FALSE:
        failing.append("state")
    return [_gap(case, rule) for rule in failing]


def _gap(case: Case, rule: str) -> Gap:
    evaluation = evaluated(rule, case.context.student, case.listing)
    line = next(line for line in evaluation.deciding if line.field.name in PROFILE_FIELDS)
    needs = list(line.needs) if isinstance(line.needs, tuple) else line.needs
    bridges = () if rule == "state" else _named(case, rule)
    return Gap(rule=rule, needs=_plain(needs), has=_plain(line.has), bridges=bridges)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def all_bridges(case: Case, rule: str) -> list[int]:
    """The rows of every listing the student may enter now that closes one gap, ascending."""
    eligibility, index = case.context.eligibility, case.context.catalog.bridges
    rows: set[int] = set()
    if rule.startswith("subject."):
        subject = Subject(rule.removeprefix("subject."))
        required = case.listing.requirement(subject) or SubjectLevel.NONE
        closes = (index.subject == SUBJECTS.index(subject)) & (index.level >= required.rank)
        rows.update(index.row[closes & eligibility.usable_bridges].tolist())
    if rule == "field" or rule.startswith("subject."):
        entries = index.entry_row[index.target == case.row]
        if len(entries):
            rows.update(entries[eligibility.enterable(entries)].tolist())
    return sorted(rows - {case.row})


def _named(case: Case, rule: str) -> tuple[str, ...]:
    """The ids of a few bridges, the shortest study first, equal ones by id."""
    listings = [case.context.catalog.listings[row] for row in all_bridges(case, rule)]
    listings.sort(key=lambda x: (float("inf") if x.months is None else x.months, x.program_id))
    return tuple(listing.program_id for listing in listings[:MOST_BRIDGES])
