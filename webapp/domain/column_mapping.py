"""Which column of somebody's file is which column of the listing file: guessed from its header, decided by a person."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Self

from webapp.domain.errors import Problem
from webapp.domain.listing import COLUMNS
from webapp.domain.listing_row import REQUIRED

NAME_LIMIT: Final = 200
CONSTANTS: Final = ("institution", "institution_control", "credential", "country", "state", "source", "verified_on")
"""What may be the same for every row of a file that has no column for it."""

_SAID: Final[Mapping[str, tuple[str, ...]]] = {
    "program_id": ("id", "key", "program key", "listing id", "external id", "code"),
    "institution": (
        "school",
        "university",
        "college",
        "institution name",
        "school name",
        "university name",
        "provider",
    ),
    "institution_control": ("control", "ownership", "public or private", "sector"),
    "title_iv": ("federal aid", "title four", "takes federal aid"),
    "name": (
        "program",
        "program name",
        "degree program",
        "name of program",
        "title",
        "degree name",
        "course",
        "course name",
        "program title",
    ),
    "url": ("website", "web site", "link", "program url", "homepage", "web address"),
    "credential": ("degree", "degree type", "award", "level", "award level", "credential type", "degree level"),
    "cip": ("cip code", "cipcode", "cip 2020", "field code"),
    "modality": ("delivery", "format", "mode", "delivery mode", "online or on campus"),
    "pace": ("full or part time", "attendance", "schedule"),
    "postal_code": ("zip", "zip code", "zipcode", "postcode"),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long", "longitud"),
    "states_authorized": ("authorized states", "states served", "licensed in"),
    "months": ("duration", "duration months", "length", "length months", "months to complete"),
    "hours_per_week": ("hours week", "weekly hours", "workload"),
    "tuition_total_usd": (
        "tuition",
        "price",
        "cost",
        "total cost",
        "total price",
        "total tuition",
        "fee",
        "tuition usd",
    ),
    "tuition_out_of_state_usd": ("out of state tuition", "nonresident tuition", "non resident tuition"),
    "start_terms": ("starts", "start dates", "intakes", "terms"),
    "min_education": ("minimum education", "required education", "education required"),
    "accepted_fields": ("fields accepted", "accepted majors"),
    "min_gpa": ("gpa", "minimum gpa"),
    "min_work_years": ("work experience", "years of experience", "experience"),
    "min_english": ("english", "english level"),
    "topics": ("keywords", "subjects", "tags"),
    "summary": ("description", "about", "overview"),
    "accreditor": ("accreditation", "accredited by"),
    "outcome_median_salary_usd": ("median salary", "salary", "median earnings"),
    "outcome_rate": ("placement rate", "job placement", "employment rate"),
    "outcome_sample": ("sample", "respondents", "graduates reporting"),
    "outcome_source": ("salary source", "outcomes source"),
    "outcome_as_of": ("salary year", "outcomes as of"),
    "source": ("data source",),
    "verified_on": ("verified", "last verified", "checked", "checked on", "last checked"),
}


def _folded(name: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", name.casefold()))


_BY_WORDS: Final[Mapping[str, str]] = {
    **{_folded(said): column for column, names in _SAID.items() for said in names},
    **{_folded(column): column for column in COLUMNS},
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """`columns`: a column of the file, by its name, to one of the listing file; one that is not named is left out.

    `constants`: what a column of the listing file says in every row, for columns that the file lacks.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, told: Mapping[str, Any] | None) -> Self:
        """From its stored form; None is a mapping of nothing."""
        told = told or {}
        return cls(dict(told.get("columns", {})), dict(told.get("constants", {})))

    def to_json(self) -> dict[str, dict[str, str]]:
        """Its stored form."""
        return {"columns": dict(self.columns), "constants": dict(self.constants)}

    def named(self, column: str) -> str | None:
        """How the file calls a column of the listing file; None where it has none."""
        return next((name for name, mapped in self.columns.items() if mapped == column), None)


def names_of(header: Iterable[str]) -> tuple[str, ...]:
    """A name of its own for each column of a file: nameless ones are numbered, repeated ones counted."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        plain = " ".join(cell.split())[:NAME_LIMIT] or f"(column {number})"
        name, turn = plain, 2
        while name in names:
            name, turn = f"{plain} ({turn})", turn + 1
        names.append(name)
    return tuple(names)


def is_listing_header(names: Sequence[str]) -> bool:
    """Whether a file calls every column as the listing file does, so that there is nothing to ask."""
    return set(names) <= set(COLUMNS) and set(REQUIRED) <= set(names)


def guess(names: Sequence[str], remembered: ColumnMapping | None = None) -> ColumnMapping:
    """What each column probably is: as decided for this source before, else by its name. Nothing is used twice."""
    known = remembered or ColumnMapping()
    columns: dict[str, str] = {name: known.columns[name] for name in names if name in known.columns}
    taken = set(columns.values())
    open_names = [name for name in names if name not in columns]
    for find in (_exactly, _nearly):
        for name in open_names:
            column = find(name)
            if name not in columns and column is not None and column not in taken:
                columns[name] = column
                taken.add(column)
    constants = {column: value for column, value in known.constants.items() if column not in taken}
    return ColumnMapping({name: columns[name] for name in names if name in columns}, constants)


def _exactly(name: str) -> str | None:
    return _BY_WORDS.get(_folded(name))


def _nearly(name: str) -> str | None:
    near = get_close_matches(_folded(name), _BY_WORDS, n=1, cutoff=0.86)
    return _BY_WORDS[near[0]] if near else None


def problems_of(mapping: ColumnMapping, names: Sequence[str]) -> list[Problem]:
    """Why a mapping cannot be used: a column given twice, unknown, or a needed one missing."""
    used = list(mapping.columns.values())
    problems = [
        Problem("columns", f"“{name}” is no column of the file.", "Send the file again.")
        for name in mapping.columns
        if name not in names
    ]
    problems += [
        Problem("columns", f"{column} is chosen for more than one column.", "Choose it once.")
        for column in dict.fromkeys(used)
        if used.count(column) > 1
    ]
    problems += [
        Problem("columns", f"{column} is not a column of the listing file.", "Choose one of the list.")
        for column in dict.fromkeys([*used, *mapping.constants])
        if column not in COLUMNS
    ]
    problems += [
        Problem("columns", f"Nothing says what {column} is.", "Every listing needs it: choose its column.")
        for column in REQUIRED
        if column not in used and not mapping.constants.get(column)
    ]
    problems += [
        Problem("columns", f"{column} has a column and a value for every row.", "Clear the value, or leave it out.")
        for column, value in mapping.constants.items()
        if value and column in used
    ]
    return problems
