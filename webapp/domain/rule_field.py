"""The fields that rules may name: a student's answers, and what a program asks for."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.domain.geography import STATES
from webapp.domain.label import (
    credential_label,
    education_label,
    english_label,
    field_label,
    modality_label,
    money,
    occupation_label,
    pace_label,
    subject_label,
    subject_level_label,
)
from webapp.domain.profile import Modality, Pace
from webapp.domain.rule import Field, Fields, Kind
from webapp.domain.subject import RANKED_LEVELS, Subject

_EDUCATION = tuple(level.value for level in Education)
_ENGLISH = tuple(level.value for level in EnglishLevel)
_LEVELS = tuple(level.value for level in RANKED_LEVELS)


def _number(name: str, label: str, low: float, high: float, words: Callable[[Any], str] = "{:.6g}".format) -> Field:
    return Field(name=name, kind=Kind.NUMBER, label=label, low=low, high=high, words=words)


def _ordered(name: str, label: str, values: tuple[str, ...], words: Callable[[str], str]) -> Field:
    return Field(name=name, kind=Kind.ORDERED, label=label, values=values, words=words)


def _words(name: str, kind: Kind, label: str, values: tuple[str, ...], words: Callable[[str], str] = str) -> Field:
    return Field(name=name, kind=kind, label=label, values=values, words=words)


def _named(*fields: Field) -> Fields:
    return MappingProxyType({field.name: field for field in fields})


PROFILE_FIELDS: Fields = _named(
    _words("goal.occupation", Kind.TEXT, "occupation", (), occupation_label),
    _words("goal.credentials", Kind.SET, "credentials", tuple(Credential), credential_label),
    _ordered("background.education", "education", _EDUCATION, education_label),
    _words("background.field", Kind.TEXT, "field of study", tuple(FIELDS), field_label),
    _number("background.gpa", "grade point average", 0, 4),
    _number("background.work_years", "years of work", 0, 70),
    _ordered("background.english", "English", _ENGLISH, english_label),
    *(_ordered(f"subjects.{s}", subject_label(s), _LEVELS, subject_level_label) for s in Subject),
    _words("practical.modalities", Kind.SET, "ways of teaching", tuple(Modality), modality_label),
    _words("practical.country", Kind.TEXT, "country", ()),
    _words("practical.state", Kind.TEXT, "state", tuple(STATES)),
    _words("practical.postal_code", Kind.TEXT, "postal code", ()),
    _words("practical.pace", Kind.TEXT, "pace", tuple(Pace), pace_label),
    _number("practical.hours_per_week", "hours a week", 1, 100),
    _number("practical.start_within_months", "months until the start", 0, 120),
    _number("practical.budget_usd", "budget", 0, 10_000_000, money),
    _number("practical.months_max", "months to finish", 1, 240),
)
"""A student's answers, by their paths in the profile: `Profile.stated()` is a record of them."""

ENTRY_FIELDS: Fields = _named(
    _ordered("program.min_education", "education", _EDUCATION, education_label),
    _words("program.accepted_fields", Kind.SET, "field of study", tuple(FIELDS), field_label),
    _number("program.min_gpa", "grade point average", 0, 4),
    _number("program.min_work_years", "years of work", 0, 70),
    _ordered("program.min_english", "English", _ENGLISH, english_label),
    *(_ordered(f"program.req_{s}", subject_label(s), _LEVELS, subject_level_label) for s in Subject),
    Field(name="program.online_only", kind=Kind.BOOLEAN, label="online is the only way in"),
    _words("program.states_authorized", Kind.SET, "state", tuple(STATES)),
    _words("program.country", Kind.TEXT, "country", ()),
    Field(name="program.takes_abroad", kind=Kind.BOOLEAN, label="online students of other countries are taken"),
)
"""What a program asks of those who want to enter."""

MATCH_FIELDS: Mapping[str, Field] = MappingProxyType({**PROFILE_FIELDS, **ENTRY_FIELDS})
