"""Rules: who may enter (three-valued), and the hard limits a student set.

Every rule on entry yields TRUE, FALSE or OPEN for each row. A verdict follows from them:

* eligible: nothing fails, and education, field and every subject are published and met;
* likely: nothing fails, what is published is met, but the listing does not publish everything;
* conditional: something fails, and a published bridge the student may enter closes each gap;
* not_yet: something fails that no bridge closes;
* unknown: nothing fails, but the student did not say what the listing asks about.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np

from webapp.domain.profile import Criterion, Modality
from webapp.domain.subject import Subject
from webapp.matching.admissions import FIELD_BITS
from webapp.matching.arrays import UNKNOWN, Ints, Mask
from webapp.matching.catalog import MODALITY_BITS, PACE_BITS, STATE_BITS, Catalog
from webapp.matching.places import Places
from webapp.matching.starts import months_until
from webapp.matching.student import Student

TRUE, OPEN, FALSE = 1, 0, -1
SUBJECTS = tuple(Subject)
ADMISSION_RULES = ("education", "field", "gpa", "work_years", "english", *(f"subject.{s.value}" for s in SUBJECTS))
LIMIT_RULES = ("goal", "place", "schedule", "duration", "start", "cost", "background")
"""The hard limits in the order in which they are counted: a program that breaks several counts under the first."""


class Verdict(IntEnum):
    """What the rules on entry come to; `label` is the word outside the engine."""

    ELIGIBLE = 0
    LIKELY = 1
    CONDITIONAL = 2
    NOT_YET = 3
    UNKNOWN = 4

    @property
    def label(self) -> str:
        """The verdict as it stands in JSON."""
        return self.name.lower()


def _at_least(has: float | None, asked: Any, published: Mask, floor: float = 0) -> Ints:
    """TRUE where nothing above the floor is asked or the student has enough, FALSE where not, OPEN where unknown."""
    if has is None:
        return np.where(published & (asked <= floor), TRUE, OPEN).astype(np.int8)
    return np.where(published, np.where(asked <= has, TRUE, FALSE), OPEN).astype(np.int8)


@dataclass(frozen=True)
class Eligibility:
    """The rules on entry, worked out for one student on one catalogue; per class of requirements where that will do."""

    student: Student
    catalog: Catalog

    @cached_property
    def rules(self) -> dict[str, Ints]:
        """The value of each rule for each distinct set of requirements. An assumed minimum education counts too."""
        asked = self.catalog.admissions
        background = self.student.profile.background
        everywhere = np.ones(len(asked), dtype=np.bool_)
        education = background.education
        values = {
            "education": _at_least(None if education is None else education.rank, asked.education, everywhere),
            "field": self._field(background.field),
            "gpa": _at_least(background.gpa, asked.gpa, ~np.isnan(asked.gpa)),
            "work_years": _at_least(background.work_years, asked.work_years, ~np.isnan(asked.work_years)),
            "english": _at_least(
                None if background.english is None else background.english.rank,
                asked.english,
                asked.english != UNKNOWN,
            ),
        }
        for index, subject in enumerate(SUBJECTS):
            level, column = self.student.profile.subjects.known(subject), asked.subjects[:, index]
            rank = None if level is None else level.rank
            values[f"subject.{subject.value}"] = _at_least(rank, column, column != UNKNOWN)
        return values

    def _field(self, family: str | None) -> Ints:
        accepted = self.catalog.admissions.fields
        if family is None:
            return np.where(accepted == np.uint64((1 << 64) - 1), TRUE, OPEN).astype(np.int8)
        within = (accepted & np.uint64(FIELD_BITS[family])) != 0
        return np.where(accepted == 0, OPEN, np.where(within, TRUE, FALSE)).astype(np.int8)

    @cached_property
    def unasked(self) -> Mask:
        """Sets of requirements that publish something the student has not spoken of."""
        asked, rules = self.catalog.admissions, self.rules
        published = {
            "education": asked.education_published,
            "field": asked.fields != 0,
            "gpa": ~np.isnan(asked.gpa),
            "work_years": ~np.isnan(asked.work_years),
            "english": asked.english != UNKNOWN,
            **{f"subject.{s.value}": asked.subjects[:, i] != UNKNOWN for i, s in enumerate(SUBJECTS)},
        }
        result = np.zeros(len(asked), dtype=np.bool_)
        for name, mask in published.items():
            result |= mask & (rules[name] == OPEN)
        return result

    @cached_property
    def fails(self) -> Mask:
        """Sets of requirements of which at least one is not met."""
        result = np.zeros(len(self.catalog.admissions), dtype=np.bool_)
        for values in self.rules.values():
            result |= values == FALSE
        return result

    @cached_property
    def state(self) -> Ints:
        """For each row: may a student of this state study there. Decided only where online is the only way in."""
        catalog, student = self.catalog, self.student
        online = MODALITY_BITS[Modality.ONLINE]
        wanted = student.profile.practical.modalities
        usable = catalog.modality if not wanted else catalog.modality & sum(MODALITY_BITS[m] for m in wanted)
        only_online = usable == online
        if student.state is None:
            return np.where(only_online & (catalog.authorized != np.uint64((1 << 64) - 1)), OPEN, TRUE).astype(np.int8)
        here = (catalog.authorized & np.uint64(STATE_BITS[student.state])) != 0
        value = np.where(catalog.authorized == 0, OPEN, np.where(here, TRUE, FALSE))
        return np.where(only_online, value, TRUE).astype(np.int8)

    @cached_property
    def usable_bridges(self) -> Mask:
        """Which subject bridges this student may enter now: nothing on their own entry fails."""
        return self.enterable(self.catalog.bridges.row)

    def enterable(self, rows: Ints) -> Mask:
        """Which of some rows the student may enter now, as far as is known: no rule on entry fails."""
        open_now: Mask = ~self.fails[self.catalog.admission[rows]] & (self.state[rows] != FALSE)
        return open_now

    @cached_property
    def bridged_levels(self) -> Ints:
        """For each subject the highest level that an enterable bridge brings the student to; -1 for none."""
        bridges = self.catalog.bridges
        levels = np.full(len(SUBJECTS), UNKNOWN, dtype=np.int64)
        np.maximum.at(levels, bridges.subject[self.usable_bridges], bridges.level[self.usable_bridges])
        return levels

    @cached_property
    def verdicts(self) -> Ints:
        """The verdict on each row, as the values of Verdict."""
        asked, rules, fails = self.catalog.admissions, self.rules, self.fails
        hard = np.zeros(len(asked), dtype=np.bool_)
        for name in ("education", "gpa", "work_years", "english"):
            hard |= rules[name] == FALSE
        closed = ~hard & (rules["field"] != FALSE)
        for index, subject in enumerate(SUBJECTS):
            gap = rules[f"subject.{subject.value}"] == FALSE
            closed &= ~gap | (asked.subjects[:, index] <= self.bridged_levels[index])
        passed = np.where(
            self.unasked,
            Verdict.UNKNOWN,
            np.where(
                asked.core_published,
                Verdict.ELIGIBLE,
                np.where(rules["education"] == TRUE, Verdict.LIKELY, Verdict.UNKNOWN),
            ),
        )
        by_class = np.where(fails, np.where(closed, Verdict.CONDITIONAL, Verdict.NOT_YET), passed).astype(np.int8)
        verdicts: Ints = by_class[self.catalog.admission]
        verdicts = self._with_entries(verdicts, fails & ~hard)
        verdicts[(self.state == OPEN) & (verdicts == Verdict.ELIGIBLE)] = Verdict.LIKELY
        verdicts[self.state == FALSE] = Verdict.NOT_YET
        return verdicts

    def _with_entries(self, verdicts: Ints, closable: Mask) -> Ints:
        bridges = self.catalog.bridges
        targets = bridges.target[self.enterable(bridges.entry_row)]
        targets = targets[closable[self.catalog.admission[targets]]]
        verdicts[targets] = Verdict.CONDITIONAL
        return verdicts


def broken_limits(
    student: Student, places: Places, eligibility: Eligibility, today: tuple[int, int]
) -> dict[str, Mask]:
    """For each hard limit the student set, the rows known to break it. What is unknown breaks nothing."""
    catalog, practical, goal = places.catalog, student.profile.practical, student.profile.goal
    broken: dict[str, Mask] = {}
    if student.must(Criterion.GOAL) and goal.credentials:
        broken["goal"] = ~np.isin(catalog.credential, [credential.rank for credential in goal.credentials])
    if student.must(Criterion.PLACE):
        broken["place"] = places.out_of_reach
    if student.must(Criterion.SCHEDULE):
        mask = np.zeros(len(catalog), dtype=np.bool_)
        if practical.pace is not None:
            mask |= (catalog.pace != 0) & (catalog.pace & PACE_BITS[practical.pace] == 0)
        if practical.hours_per_week is not None:
            mask |= catalog.hours > practical.hours_per_week
        broken["schedule"] = mask
    if student.must(Criterion.DURATION) and practical.months_max is not None:
        broken["duration"] = catalog.months > practical.months_max
    if student.must(Criterion.START) and practical.start_within_months is not None:
        broken["start"] = (months_until(catalog.start_sets, today) > practical.start_within_months)[catalog.start]
    if student.must(Criterion.COST) and practical.budget_cents is not None:
        broken["cost"] = catalog.tuition > practical.budget_cents
    if student.must(Criterion.BACKGROUND):
        broken["background"] = eligibility.verdicts == Verdict.NOT_YET
    return broken
