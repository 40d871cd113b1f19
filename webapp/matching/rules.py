"""Rules: who may enter (three-valued), and the hard limits a student set.

Every rule on entry (`entry` holds them) yields TRUE, FALSE or OPEN for each row. A verdict follows from them:

* eligible: nothing fails, and education, field and every subject are published and met;
* likely: nothing fails, what is published is met, but the listing does not publish everything;
* conditional: something fails, and a published bridge the student may enter closes each gap;
* not_yet: something fails that no bridge closes;
* unknown: nothing fails, but the student did not say what the listing asks about.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from webapp.domain.credential import Credential
from webapp.domain.profile import Criterion, Modality
from webapp.domain.rule_field import MATCH_FIELDS
from webapp.domain.subject import Subject
from webapp.matching.arrays import UNKNOWN, Ints, Mask
from webapp.matching.catalog import MODALITY_BITS, PACE_BITS, STATE_BITS, Catalog
from webapp.matching.entry import ADMISSION_RULES, ENTRY_RULES, HOME, answers_of
from webapp.matching.places import Places
from webapp.matching.prices import Prices
from webapp.matching.rule_columns import Column, Columns, evaluate_columns
from webapp.matching.starts import months_until
from webapp.matching.student import Student

TRUE, OPEN, FALSE = 1, 0, -1
SUBJECTS = tuple(Subject)
_STATES = "program.states_authorized"
_STATE_WORDS = tuple(state.casefold() for state in STATE_BITS)
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


@dataclass(frozen=True)
class Eligibility:
    """The rules on entry, worked out for one student on one catalogue; per class of requirements where that will do."""

    student: Student
    catalog: Catalog

    @cached_property
    def answers(self) -> Columns:
        """The student's side of every rule."""
        return answers_of(self.student)

    @cached_property
    def rules(self) -> dict[str, Ints]:
        """The value of each rule for each distinct set of requirements. An assumed minimum education counts too."""
        columns = {**self.answers, **self.catalog.admissions.columns}
        return {name: evaluate_columns(ENTRY_RULES[name], columns, MATCH_FIELDS) for name in ADMISSION_RULES}

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
    def online_only(self) -> Ints:
        """The rows that can only be reached online, of the ways published and accepted."""
        wanted = self.student.profile.practical.modalities
        accepted = sum(MODALITY_BITS[m] for m in wanted or tuple(Modality))
        return np.flatnonzero(self.catalog.modality & accepted == MODALITY_BITS[Modality.ONLINE])

    @cached_property
    def state(self) -> Ints:
        """For each row: may a student of this state study there. Decided only where online is the only way in."""
        authorized = self.catalog.authorized[self.online_only]
        return self._residence("state", {_STATES: Column(authorized.reshape(-1, 1), authorized != 0, _STATE_WORDS)})

    @cached_property
    def country(self) -> Ints:
        """For each row: may a student of this country study there; open where online reaches across a border."""
        here = self.student.profile.practical.country or HOME
        countries = [country or HOME for country in self.catalog.sites.countries]
        if set(countries) <= {here}:
            return np.ones(len(self.catalog), dtype=np.int8)
        field = MATCH_FIELDS["program.country"]
        named = Column.of(field, countries)
        at = self.catalog.sites.country_code[self.catalog.site[self.online_only]]
        return self._residence("country", {field.name: Column(named.values[at], named.known[at], named.words)})

    def _residence(self, rule: str, asked: Columns) -> Ints:
        rows = self.online_only
        only = Column(np.ones(1), np.ones(1, dtype=np.bool_))
        result = np.ones(len(self.catalog), dtype=np.int8)
        columns = {**self.answers, **asked, "program.online_only": only}
        result[rows] = evaluate_columns(ENTRY_RULES[rule], columns, MATCH_FIELDS)
        return result

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
        unsure = (self.state == OPEN) | (self.country == OPEN)
        verdicts[unsure & (verdicts == Verdict.ELIGIBLE)] = Verdict.LIKELY
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
        other = np.ones(len(Credential), dtype=np.bool_)
        other[[credential.rank for credential in goal.credentials]] = False
        broken["goal"] = other[catalog.credential]
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
        broken["cost"] = Prices(student, catalog).least > practical.budget_cents
    if student.must(Criterion.BACKGROUND):
        broken["background"] = eligibility.verdicts == Verdict.NOT_YET
    return broken
