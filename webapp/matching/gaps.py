"""Gaps: the rules on entry that a student does not meet, what is asked, what they have, and who closes the gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.subject import Subject, SubjectLevel
from webapp.matching.rules import FALSE, SUBJECTS
from webapp.matching.statement import Case, fact_value

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


_COLUMNS: Mapping[str, tuple[str, str]] = {
    "education": ("min_education", "background.education"),
    "field": ("accepted_fields", "background.field"),
    "gpa": ("min_gpa", "background.gpa"),
    "work_years": ("min_work_years", "background.work_years"),
    "english": ("min_english", "background.english"),
}


def gaps_of(case: Case) -> list[Gap]:
    """Every rule on entry that fails for this row, in the order of the rules."""
    eligibility, catalog = case.context.eligibility, case.context.catalog
    admission = int(catalog.admission[case.row])
    gaps = []
    for rule, values in eligibility.rules.items():
        if values[admission] != FALSE:
            continue
        if rule.startswith("subject."):
            gaps.append(_subject_gap(case, Subject(rule.removeprefix("subject."))))
            continue
        column, path = _COLUMNS[rule]
        needs = fact_value(case.listing, column)
        if rule == "education" and needs is None:
            needs = case.listing.credential.usual_minimum.value
        gaps.append(Gap(rule=rule, needs=needs, has=case.answer(path), bridges=_named(case, rule)))
    if eligibility.state[case.row] == FALSE:
        needs = fact_value(case.listing, "states_authorized")
        gaps.append(Gap(rule="state", needs=needs, has=case.context.student.state, bridges=()))
    return gaps


def _subject_gap(case: Case, subject: Subject) -> Gap:
    required = case.listing.requirement(subject)
    return Gap(
        rule=f"subject.{subject.value}",
        needs=None if required is None else required.value,
        has=case.answer(f"subjects.{subject.value}"),
        bridges=_named(case, f"subject.{subject.value}"),
    )


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
        rows.update(entries[eligibility.enterable(entries)].tolist())
    return sorted(rows - {case.row})


def _named(case: Case, rule: str) -> tuple[str, ...]:
    """The ids of a few bridges, the shortest study first, equal ones by id."""
    listings = [case.context.catalog.listings[row] for row in all_bridges(case, rule)]
    listings.sort(key=lambda x: (float("inf") if x.months is None else x.months, x.program_id))
    return tuple(listing.program_id for listing in listings[:MOST_BRIDGES])
