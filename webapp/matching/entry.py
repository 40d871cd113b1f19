"""The rules on entry, each written once: for every program at once, and for one program with a trace.

`answer_of` and `Admissions.columns` are the two sides for many programs, `record_of` both sides for one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from webapp.domain.geography import STATES
from webapp.domain.listing import ALL_STATES, ANY_FIELD, ANY_WITH_PREREQUISITES, Listing
from webapp.domain.profile import Modality
from webapp.domain.rule import Comparison, Record, Rule
from webapp.domain.rule_evaluation import Evaluation, evaluate
from webapp.domain.rule_field import ENTRY_FIELDS, MATCH_FIELDS, PROFILE_FIELDS
from webapp.domain.rule_text import read
from webapp.domain.subject import Subject
from webapp.matching.rule_columns import Column, Columns
from webapp.matching.student import Student

HOME = "US"
"""The country of a student who names none, and of a listing that names none: the catalogue is an American one."""

_TEXTS: Mapping[str, str] = {
    "education": "background.education >= program.min_education",
    "field": "background.field in program.accepted_fields",
    "gpa": "background.gpa >= program.min_gpa",
    "work_years": "background.work_years >= program.min_work_years",
    "english": "background.english >= program.min_english",
    **{f"subject.{subject}": f"subjects.{subject} >= program.req_{subject}" for subject in Subject},
    "state": "program.online_only = false or practical.state in program.states_authorized",
    "country": "program.online_only = false or practical.country = program.country or program.takes_abroad = true",
}
ENTRY_RULES: Mapping[str, Rule] = MappingProxyType({name: read(text, MATCH_FIELDS) for name, text in _TEXTS.items()})
RESIDENCE_RULES = ("state", "country")
ADMISSION_RULES = tuple(name for name in ENTRY_RULES if name not in RESIDENCE_RULES)
"""The rules that ask what a student brings; the others ask where they live, and only where online is the one way in."""
ADMISSION_ANSWERS: Mapping[str, str] = MappingProxyType(
    {name: rule.field for name in ADMISSION_RULES if isinstance(rule := ENTRY_RULES[name], Comparison)}
)
"""The one answer that each of those rules asks for."""


def answer_of(student: Student, path: str) -> Columns:
    """One answer of the student as a column of length 1; where they live as the engine works it out."""
    value = _answers(student).get(path)
    return {} if value is None else {path: Column.of(PROFILE_FIELDS[path], [value])}


def _answers(student: Student) -> Record:
    asked = {name: value for name, value in student.stated.items() if name in _ASKED}
    return {**asked, "practical.state": student.state, "practical.country": _country(student)}


RESIDENCE_ANSWERS = {"state": "practical.state", "country": "practical.country"}
_ASKED = frozenset(name for name in PROFILE_FIELDS if name.startswith(("background.", "subjects.")))


def _country(student: Student) -> str:
    return student.profile.practical.country or HOME


def record_of(student: Student, listing: Listing) -> Record:
    """What the student brings and what a listing asks for, as one record."""
    fields, states = listing.accepted_fields, listing.states_authorized
    anything = ANY_FIELD in fields or ANY_WITH_PREREQUISITES in fields
    asked = {
        "program.min_education": listing.min_education or listing.credential.usual_minimum,
        "program.accepted_fields": (ENTRY_FIELDS["program.accepted_fields"].values if anything else fields) or None,
        "program.min_gpa": listing.min_gpa,
        "program.min_work_years": listing.min_work_years,
        "program.min_english": listing.min_english,
        **{f"program.req_{subject}": listing.requirement(subject) for subject in Subject},
        "program.online_only": online_only(student, listing),
        "program.states_authorized": (tuple(STATES) if ALL_STATES in states else states) or None,
        "program.country": listing.country or HOME,
    }
    return {**_answers(student), **asked}


def online_only(student: Student, listing: Listing) -> bool:
    """Whether online is the only way in among those published and accepted."""
    wanted = student.profile.practical.modalities
    return [m for m in listing.modality if not wanted or m in wanted] == [Modality.ONLINE]


def evaluated(rule: str, student: Student, listing: Listing) -> Evaluation:
    """One rule on entry for one program, with the trace."""
    return evaluate(ENTRY_RULES[rule], record_of(student, listing), MATCH_FIELDS)
