"""Rules: who may enter, three-valued.

Every rule on entry (`entry` holds them) yields TRUE, FALSE or OPEN for each row. A verdict follows from them:

* eligible: nothing fails, and education, field and every subject are published and met;
* likely: nothing fails, what is published is met, but the listing does not publish everything;
* conditional: something fails, and a published bridge the student may enter closes each gap;
* not_yet: something fails that no bridge closes;
* unknown: nothing fails, but the student did not say what the listing asks about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np

from webapp.domain.profile import Modality
from webapp.domain.rule_field import MATCH_FIELDS
from webapp.domain.subject import Subject
from webapp.matching.arrays import UNKNOWN, Ints, Mask, Rows
from webapp.matching.catalog import MODALITY_BITS, STATE_BITS, Catalog
from webapp.matching.entry import ADMISSION_ANSWERS, ADMISSION_RULES, ENTRY_RULES, HOME, RESIDENCE_ANSWERS, answer_of
from webapp.matching.rule_columns import Column, Columns, evaluate_columns
from webapp.matching.student import Student

TRUE, OPEN, FALSE = 1, 0, -1
FEW = 512
"""In a catalogue of so many programs the verdicts on all are worked out at once: to ask again would cost more."""
SUBJECTS = tuple(Subject)
_STATES, _COUNTRY = "program.states_authorized", "program.country"
_EDUCATION, _FIELD = (ADMISSION_RULES.index(name) for name in ("education", "field"))
_HARD_RULES = [ADMISSION_RULES.index(name) for name in ("education", "gpa", "work_years", "english")]
_SUBJECT_RULES = [ADMISSION_RULES.index(f"subject.{subject.value}") for subject in SUBJECTS]
_NOTHING: Ints = np.zeros(0, dtype=np.int8)
_STATE_WORDS = tuple(state.casefold() for state in STATE_BITS)


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
    def rules(self) -> dict[str, Ints]:
        """The value of each rule for each distinct set of requirements. An assumed minimum education counts too."""
        return {name: self._rule(name) for name in ADMISSION_RULES}

    def _rule(self, name: str) -> Ints:
        """A rule comes to the same for everyone who gave the same answer, and is worked out for the first of them."""
        asked, path = self.catalog.admissions, ADMISSION_ANSWERS[name]

        def work_out() -> Ints:
            return evaluate_columns(ENTRY_RULES[name], {**answer_of(self.student, path), **asked.columns}, MATCH_FIELDS)

        return asked.memory.of((name, self.student.stated.get(path)), work_out)

    @cached_property
    def _table(self) -> Ints:
        """The values of the rules, one row for each rule in the order of ADMISSION_RULES."""
        return np.array(list(self.rules.values()))

    @cached_property
    def _failing(self) -> Mask:
        """Where rules fail, in the shape of the table."""
        failing: Mask = self._table == FALSE
        return failing

    @cached_property
    def unasked(self) -> Mask:
        """Sets of requirements that publish something the student has not spoken of."""
        unasked: Mask = np.logical_or.reduce(self.catalog.admissions.published.T & (self._table == OPEN), axis=0)
        return unasked

    def held_by(self, admission: int) -> Mapping[str, int]:
        """The value of each rule for one set of requirements."""
        if admission not in self._held:
            values = self._table[:, admission].tolist()
            self._held[admission] = dict(zip(ADMISSION_RULES, values, strict=True))
        return self._held[admission]

    @cached_property
    def _held(self) -> dict[int, Mapping[str, int]]:
        return {}

    @cached_property
    def fails(self) -> Mask:
        """Sets of requirements of which at least one is not met."""
        fails: Mask = np.logical_or.reduce(self._failing, axis=0)
        return fails

    def _online_only(self, rows: Rows) -> Ints:
        """Which of some rows, by place, can only be reached online, of the ways published and accepted."""
        wanted = self.student.profile.practical.modalities
        accepted = sum(MODALITY_BITS[m] for m in wanted or tuple(Modality))
        return np.flatnonzero(self.catalog.modality[rows] & accepted == MODALITY_BITS[Modality.ONLINE])

    def state_of(self, rows: Rows) -> Ints:
        """For each of some rows: may a student of this state study there. Decided where online is the only way in."""
        only, state, _ = self._residence(rows)
        result = np.ones(len(self.catalog.modality[rows]), dtype=np.int8)
        result[only] = state
        return result

    def _residence(self, rows: Rows) -> tuple[Ints, Ints, Ints]:
        """The rows, by place, that can only be reached online, and what the state and the country come to in each."""
        if isinstance(rows, slice) or len(self.catalog) > FEW:
            return self._asked_of(rows)
        online, state, country = self._everywhere
        only = np.flatnonzero(online[rows])
        at = rows[only]
        return only, state[at], country[at]

    @cached_property
    def _everywhere(self) -> tuple[Mask, Ints, Ints]:
        """For every row whether it can only be reached online, and what the state and the country come to if so."""
        only, *values = self._asked_of(slice(None))
        online = np.zeros(len(self.catalog), dtype=np.bool_)
        online[only] = True
        state, country = np.ones((2, len(online)), dtype=np.int8)
        state[only], country[only] = values
        return online, state, country

    def _asked_of(self, rows: Rows) -> tuple[Ints, Ints, Ints]:
        only = self._online_only(rows)
        if not len(only):
            return only, _NOTHING, _NOTHING
        at = only if isinstance(rows, slice) else rows[only]
        authorized = self.catalog.authorized[at]
        state = self._asked("state", {_STATES: Column(authorized.reshape(-1, 1), authorized != 0, _STATE_WORDS)})
        if self._borderless:
            return only, state, np.ones(len(only), dtype=np.int8)
        named, code = self._countries, self.catalog.sites.country_code[self.catalog.site[at]]
        country = self._asked("country", {_COUNTRY: Column(named.values[code], named.known[code], named.words)})
        return only, state, country

    def _asked(self, rule: str, asked: Columns) -> Ints:
        only = Column(np.ones(1), np.ones(1, dtype=np.bool_))
        answer = answer_of(self.student, RESIDENCE_ANSWERS[rule])
        return evaluate_columns(ENTRY_RULES[rule], {**answer, **asked, "program.online_only": only}, MATCH_FIELDS)

    @cached_property
    def _borderless(self) -> bool:
        here = self.student.profile.practical.country or HOME
        return {country or HOME for country in self.catalog.sites.countries} <= {here}

    @cached_property
    def _countries(self) -> Column:
        countries = [country or HOME for country in self.catalog.sites.countries]
        return Column.of(MATCH_FIELDS[_COUNTRY], countries)

    def look_at(self, rows: Sequence[int]) -> None:
        """Work out what `state_at` and `country_at` will be asked, for several rows at once."""
        at = np.array(rows, dtype=np.int64)
        self._seen.update(dict.fromkeys(rows, (TRUE, TRUE)))
        for place, *values in zip(*(column.tolist() for column in self._residence(at)), strict=True):
            self._seen[rows[place]] = values[0], values[1]

    @cached_property
    def _seen(self) -> dict[int, tuple[int, int]]:
        return {}

    def state_at(self, row: int) -> int:
        """The rule on the state for one row."""
        return self._at(row)[0]

    def country_at(self, row: int) -> int:
        """The rule on the country for one row."""
        return self._at(row)[1]

    def _at(self, row: int) -> tuple[int, int]:
        if row not in self._seen:
            self.look_at([row])
        return self._seen[row]

    @cached_property
    def usable_bridges(self) -> Mask:
        """Which subject bridges this student may enter now: nothing on their own entry fails."""
        return self.enterable(self.catalog.bridges.row)

    def enterable(self, rows: Ints) -> Mask:
        """Which of some rows the student may enter now, as far as is known: no rule on entry fails."""
        if not len(rows):
            return np.zeros(0, dtype=np.bool_)
        open_now: Mask = ~self.fails[self.catalog.admission[rows]] & (self.state_of(rows) != FALSE)
        return open_now

    @cached_property
    def bridged_levels(self) -> Ints:
        """For each subject the highest level that an enterable bridge brings the student to; -1 for none."""
        bridges = self.catalog.bridges
        levels = np.full(len(SUBJECTS), UNKNOWN, dtype=np.int64)
        np.maximum.at(levels, bridges.subject[self.usable_bridges], bridges.level[self.usable_bridges])
        return levels

    def verdicts_of(self, rows: Rows) -> Ints:
        """The verdict on each of some rows, as the values of Verdict."""
        if len(self.catalog) <= FEW:
            return self._verdicts[rows]
        return self._worked_out(rows)

    @cached_property
    def _verdicts(self) -> Ints:
        """The verdict on every row."""
        verdicts = self._worked_out(np.arange(len(self.catalog)))
        verdicts.setflags(write=False)
        return verdicts

    def _worked_out(self, rows: Rows) -> Ints:
        verdicts: Ints = self.by_class[self.catalog.admission[rows]]
        if len(self.opened):
            through = self.opened if isinstance(rows, slice) else np.isin(rows, self.opened)
            verdicts[through] = Verdict.CONDITIONAL
        only, state, country = self._residence(rows)
        own = verdicts[only]
        own[((state == OPEN) | (country == OPEN)) & (own == Verdict.ELIGIBLE)] = Verdict.LIKELY
        own[state == FALSE] = Verdict.NOT_YET
        verdicts[only] = own
        return verdicts

    @cached_property
    def by_class(self) -> Ints:
        """The verdict on each set of requirements, but for bridges into one named program and for where they live."""
        asked = self.catalog.admissions
        mended = asked.subjects <= self.bridged_levels
        open_gaps = self._failing[_SUBJECT_RULES] & ~mended.T
        closed = ~(self._hard | self._failing[_FIELD] | open_gaps.any(axis=0))
        met = np.where(self._table[_EDUCATION] == TRUE, Verdict.LIKELY, Verdict.UNKNOWN)
        passed = np.where(self.unasked, Verdict.UNKNOWN, np.where(asked.core_published, Verdict.ELIGIBLE, met))
        return np.where(self.fails, np.where(closed, Verdict.CONDITIONAL, Verdict.NOT_YET), passed).astype(np.int8)

    @cached_property
    def _hard(self) -> Mask:
        """Sets of requirements that fail where no bridge helps."""
        hard: Mask = np.logical_or.reduce(self._failing[_HARD_RULES], axis=0)
        return hard

    @cached_property
    def opened(self) -> Ints:
        """The rows that are conditional because a bridge the student may enter leads into them by name."""
        bridges = self.catalog.bridges
        targets = bridges.target[self.enterable(bridges.entry_row)]
        closable = self.fails & ~self._hard
        rows: Ints = targets[closable[self.catalog.admission[targets]]]
        return rows
