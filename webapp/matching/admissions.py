"""Entry requirements, column by column, once for each distinct set of them in a catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from webapp.domain.credential import Credential
from webapp.domain.field import FIELDS
from webapp.domain.listing import ANY_FIELD, ANY_WITH_PREREQUISITES, Listing
from webapp.domain.subject import Subject
from webapp.matching.arrays import UNKNOWN, Floats, Ints, Mask, Words
from webapp.matching.memory import Memory
from webapp.matching.rule_columns import Column, Columns

FIELD_BITS: Mapping[str, int] = MappingProxyType({family: 1 << index for index, family in enumerate(FIELDS)})
ANY_FIELD_BITS = (1 << 64) - 1
Requirements: TypeAlias = tuple[int, int, int, float, float, int, tuple[int, ...]]
"""Credential, minimum education, accepted fields, GPA, work years, English, subject levels; hashable."""


@dataclass(frozen=True, slots=True, eq=False)
class Admissions:
    """One row for each distinct set of requirements. `subjects` has one column for each subject."""

    credential: Ints
    education: Ints
    education_published: Mask
    entrant: Ints
    fields: Words
    gpa: Floats
    work_years: Floats
    english: Ints
    subjects: Ints
    core_published: Mask
    published: Mask
    """What is published: one column each for education, field, GPA, work years, English and the subjects."""
    columns: Columns
    """The same requirements under the names that rules know them by."""
    memory: Memory = field(default_factory=Memory)
    """What was worked out of each set of requirements for one answer."""

    def __len__(self) -> int:
        return len(self.credential)


def requirements_of(listing: Listing) -> Requirements:
    """The requirements a listing publishes, unknown as -1 (0 for the set of fields)."""
    subjects = tuple(UNKNOWN if (r := listing.requirement(subject)) is None else r.rank for subject in Subject)
    return (
        listing.credential.rank,
        UNKNOWN if listing.min_education is None else listing.min_education.rank,
        _field_bits(listing.accepted_fields),
        UNKNOWN if listing.min_gpa is None else listing.min_gpa,
        UNKNOWN if listing.min_work_years is None else listing.min_work_years,
        UNKNOWN if listing.min_english is None else listing.min_english.rank,
        subjects,
    )


def build_admissions(requirements: Sequence[Requirements]) -> Admissions:
    """Columns of the distinct requirements. Where no education is published, the credential's usual one stands in."""
    credential = np.array([r[0] for r in requirements], dtype=np.int8)
    published = np.array([r[1] for r in requirements], dtype=np.int8)
    fields = np.array([r[2] for r in requirements], dtype=np.uint64)
    subjects = np.array([r[6] for r in requirements], dtype=np.int8).reshape(len(requirements), len(Subject))
    education_published = published != UNKNOWN
    education = np.where(education_published, published, _USUAL[credential])
    gpa, work_years = _unknown_as_nan([r[3] for r in requirements]), _unknown_as_nan([r[4] for r in requirements])
    english = np.array([r[5] for r in requirements], dtype=np.int8)
    return Admissions(
        credential=credential,
        education=education,
        education_published=education_published,
        entrant=_ENTRANT[credential],
        fields=fields,
        gpa=gpa,
        work_years=work_years,
        english=english,
        subjects=subjects,
        core_published=education_published & (fields != 0) & (subjects != UNKNOWN).all(axis=1),
        published=np.column_stack(
            [education_published, fields != 0, ~np.isnan(gpa), ~np.isnan(work_years), english != UNKNOWN]
            + [subjects[:, index] != UNKNOWN for index in range(len(Subject))]
        ),
        columns={
            "program.min_education": Column(education, np.ones(len(education), dtype=np.bool_)),
            "program.accepted_fields": Column(fields.reshape(-1, 1), fields != 0, _FAMILIES),
            "program.min_gpa": Column(gpa, ~np.isnan(gpa)),
            "program.min_work_years": Column(work_years, ~np.isnan(work_years)),
            "program.min_english": Column(english, english != UNKNOWN),
            **{f"program.req_{subject}": _level(subjects[:, index]) for index, subject in enumerate(Subject)},
        },
    )


_FAMILIES = tuple(family.casefold() for family in FIELDS)


def _level(required: Ints) -> Column:
    return Column(required, required != UNKNOWN)


def _field_bits(accepted: tuple[str, ...]) -> int:
    if ANY_FIELD in accepted or ANY_WITH_PREREQUISITES in accepted:
        return ANY_FIELD_BITS
    return sum(FIELD_BITS[family] for family in accepted)


def _unknown_as_nan(values: Sequence[float]) -> Floats:
    column = np.array(values, dtype=np.float64)
    column[column == UNKNOWN] = np.nan
    return column


_USUAL: Ints = np.array([credential.usual_minimum.rank for credential in Credential], dtype=np.int8)
_ENTRANT: Ints = np.array([credential.typical_entrant.rank for credential in Credential], dtype=np.int8)
