"""The forms about listings. The editor has a field for every fact, and for its own source and date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self, cast

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.label import (
    basis_label,
    control_label,
    credential_label,
    education_label,
    english_label,
    subject_label,
    subject_level_label,
)
from webapp.domain.listing import COLUMNS, Control, FactSource, TuitionBasis
from webapp.domain.listing_cell import TEXT_LIMITS
from webapp.domain.listing_stage import NOTE_LIMIT
from webapp.domain.rule_text import LENGTH_LIMIT
from webapp.domain.subject import RANKED_LEVELS, Subject
from webapp.ui.choices import Option, SelectField
from webapp.ui.fields import HiddenField, TextAreaField, TextField
from webapp.ui.forms import BaseForm

GROUPS: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("The program", ("name", "credential", "cip", "url", "summary", "topics")),
    ("The school", ("institution", "institution_control", "title_iv", "accreditor")),
    (
        "How and where",
        (
            *("modality", "pace", "months", "hours_per_week", "start_terms", "city", "state", "postal_code"),
            *("country", "latitude", "longitude", "states_authorized"),
        ),
    ),
    ("What it costs", ("tuition_total_usd", "tuition_out_of_state_usd", "tuition_basis")),
    (
        "What it asks for",
        (
            *("min_education", "accepted_fields", "min_gpa", *(f"req_{subject}" for subject in Subject)),
            *("min_work_years", "min_english", "bridge_for"),
        ),
    ),
    (
        "What becomes of graduates",
        ("outcome_median_salary_usd", "outcome_rate", "outcome_sample", "outcome_source", "outcome_as_of"),
    ),
    ("Where all of this is from", ("source", "verified_on")),
)
UNSOURCED: Final = frozenset(
    {"program_id", "institution", "name", "source", "verified_on", "outcome_source", "outcome_as_of"}
)
"""What says where facts come from has no source of its own; nor has what a thing is called."""

LABELS: Final[Mapping[str, str]] = {
    "program_id": "Id",
    "name": "Name",
    "credential": "Credential",
    "cip": "Field of study (CIP code)",
    "url": "Web address",
    "summary": "Summary",
    "topics": "Topics",
    "institution": "Institution",
    "institution_control": "Who runs it",
    "title_iv": "Takes federal student aid",
    "accreditor": "Accredited by",
    "modality": "Ways of teaching",
    "pace": "Pace",
    "months": "Months",
    "hours_per_week": "Hours a week",
    "start_terms": "Starts",
    "city": "City",
    "state": "State",
    "postal_code": "Postal code",
    "country": "Country",
    "latitude": "Latitude",
    "longitude": "Longitude",
    "states_authorized": "States of online students",
    "tuition_total_usd": "Tuition of the whole program, USD",
    "tuition_out_of_state_usd": "The same for other states, USD",
    "tuition_basis": "What kind of figure",
    "min_education": "Education",
    "accepted_fields": "Fields accepted",
    "min_gpa": "GPA",
    "min_work_years": "Years of work",
    "min_english": "English",
    "bridge_for": "Is a bridge for",
    "outcome_median_salary_usd": "Median salary, USD",
    "outcome_rate": "Share that reach the outcome, 0 to 1",
    "outcome_sample": "Graduates asked",
    "outcome_source": "Who says so",
    "outcome_as_of": "As of",
    "source": "Source of the listing",
    "verified_on": "Checked on",
    **{f"req_{subject}": subject_label(subject)[:1].upper() + subject_label(subject)[1:] for subject in Subject},
}
_HINTS: Final[Mapping[str, str]] = {
    "cip": "Such as 11.0102.",
    "topics": "With ; between them.",
    "modality": "online, hybrid, on_campus, with ; between them.",
    "pace": "full_time, part_time, with ; between them.",
    "start_terms": "fall, winter, spring, summer, rolling, monthly or YYYY-MM, with ; between them.",
    "states_authorized": "Codes such as CA;NY, or ALL.",
    "accepted_fields": "CIP families such as 11;27, or any, or any_with_prerequisites.",
    "bridge_for": "Such as statistics:one_course or program:some-id.",
    "outcome_as_of": "YYYY, YYYY-MM or YYYY-MM-DD.",
    "verified_on": "YYYY-MM-DD.",
}


def _options(kind: Iterable[StrEnum], words: Any) -> list[Option]:
    return [Option(each.value, str(words(each))[:1].upper() + str(words(each))[1:]) for each in kind]


_LEVELS = _options(RANKED_LEVELS, subject_level_label)
_CHOICES: Final[Mapping[str, list[Option]]] = {
    "credential": _options(Credential, credential_label),
    "institution_control": _options(Control, control_label),
    "title_iv": [Option("true", "Yes"), Option("false", "No")],
    "tuition_basis": _options(TuitionBasis, basis_label),
    "min_education": _options(Education, education_label),
    "min_english": _options(EnglishLevel, english_label),
    **{f"req_{subject}": _LEVELS for subject in Subject},
}


_SEVERAL: Final = frozenset({"modality", "pace", "start_terms", "accepted_fields", "topics", "states_authorized"})
_DOLLARS: Final = frozenset({"tuition_total_usd", "tuition_out_of_state_usd", "outcome_median_salary_usd"})


def cell_words(column: str, text: str) -> str:
    """A cell of the listing file as people read it; what is no code stays as it stands."""
    if column in _CHOICES:
        return next((option.label for option in _CHOICES[column] if option.value == text), text)
    if column in _DOLLARS and text.isdecimal():
        return f"{int(text):,}"
    return text.replace(";", ", ").replace("_", " ") if column in _SEVERAL else text


@dataclass(frozen=True, slots=True)
class FactFields:
    """One fact in the editor: its box, and those of its own source and date, where it may have them."""

    column: str
    value: Any
    source: Any | None
    as_of: Any | None

    @property
    def has_own(self) -> bool:
        """Whether a source or a date of its own stands there, or something is wrong with it."""
        return any(each is not None and (each.data or each.errors) for each in (self.source, self.as_of))


class ListingForm(BaseForm):
    """Every fact of a listing. What is typed is kept, right or wrong; `tell` puts beside it what is wrong."""

    seen = HiddenField()

    @classmethod
    def of(cls, cells: Mapping[str, str], sources: Mapping[str, FactSource], *, seen: str = "") -> Self:
        """The editor filled in. `seen` tells this state of the draft from later ones."""
        data: dict[str, str | None] = {**cells, "seen": seen}
        for column, told in sources.items():
            data[f"source-{column}"], data[f"as_of-{column}"] = told.source, told.as_of
        return cast(Self, _Filled(formdata=None, data=data))

    @classmethod
    def sent(cls) -> Self:
        """The editor as it was sent."""
        return cast(Self, _Filled())

    def groups(self) -> list[tuple[str, list[FactFields]]]:
        """The fields under their headings."""
        return [(title, [self._fact(column) for column in columns]) for title, columns in GROUPS]

    def _fact(self, column: str) -> FactFields:
        own = column not in UNSOURCED
        return FactFields(
            column,
            self[column],
            self[f"source-{column}"] if own else None,
            self[f"as_of-{column}"] if own else None,
        )

    def cells(self) -> dict[str, str]:
        """What was typed, by column."""
        return {column: self[column].data for column in _EDITED if self[column].data}

    def sources(self) -> dict[str, FactSource]:
        """The sources of single facts, by column."""
        told = {
            column: FactSource(self[f"source-{column}"].data, self[f"as_of-{column}"].data)
            for column in _EDITED
            if column not in UNSOURCED
        }
        return {column: each for column, each in told.items() if each.source or each.as_of}

    def tell(self, problems: Iterable[tuple[str, str]]) -> None:
        """Put each problem beside its field: pairs of a column (or `source:` and a column) and the words."""
        for where, words in problems:
            name = where.replace(":", "-", 1)
            if name in self:
                label = LABELS.get(where.rpartition(":")[2], where)
                self[name].errors = [*self[name].errors, f"{label}: {words[:1].lower()}{words[1:]}"]
            else:
                self.form_errors.append(f"{where}: {words}")


_EDITED: Final = tuple(column for _, columns in GROUPS for column in columns)


def _field(column: str) -> Any:
    label, hint = LABELS[column], _HINTS.get(column, "")
    if column in _CHOICES:
        return SelectField(label, options=_CHOICES[column], hint=hint, unknown=None, blank="Not known", width="m")
    if column == "summary":
        return TextAreaField(label, hint=hint, max_length=TEXT_LIMITS[column], rows=5)
    return TextField(label, hint=hint, max_length=2000, autocomplete="off")


_Filled = type(
    "FilledListingForm",
    (ListingForm,),
    {
        **{column: _field(column) for column in _EDITED},
        **{
            name: field
            for column in _EDITED
            if column not in UNSOURCED
            for name, field in (
                (f"source-{column}", TextField("Source of this fact", max_length=500, autocomplete="off")),
                (f"as_of-{column}", TextField("As of", max_length=10, autocomplete="off", width="s")),
            )
        },
    },
)
if set(_EDITED) | {"program_id"} != set(COLUMNS):
    raise RuntimeError("The editor leaves a column of the listing file out.")


class NewListingForm(BaseForm):
    """What a listing is begun with; all else is written in the editor."""

    program_id = TextField(
        "Id",
        hint="For good. Small letters, digits and . _ : -, such as larkspur-ms-data-science.",
        max_length=80,
        required="Give it an id.",
    )
    institution = TextField("Institution", max_length=200, required="Say who awards it.")
    name = TextField("Name", max_length=300, required="Say what it is called.")


class NoteForm(BaseForm):
    """Why a draft is sent back."""

    note = TextAreaField("What is to be mended?", max_length=NOTE_LIMIT, rows=3, required="Say what is to be mended.")


class DeclineForm(BaseForm):
    """Why a proposal is declined."""

    reason = TextAreaField(
        "Why not?", hint="The partner reads this.", max_length=NOTE_LIMIT, rows=3, required="Say why."
    )


class RequirementForm(BaseForm):
    """What a listing asks for, as a rule."""

    rule = TextAreaField(
        "What it asks for",
        hint="Such as: background.education >= bachelor and subjects.statistics >= one_course. Blank asks for nothing.",
        max_length=LENGTH_LIMIT,
        rows=5,
    )
