"""The forms of the import centre."""

import re
from collections.abc import Sequence
from typing import Any, Self

from wtforms.validators import ValidationError

from webapp.admin.listing_form import LABELS
from webapp.domain.column_mapping import CONSTANTS, ColumnMapping
from webapp.domain.listing import COLUMNS
from webapp.domain.listing_row import REQUIRED
from webapp.domain.listing_stage import STAFF_SOURCE
from webapp.ui.choices import CheckField, Option, SelectField
from webapp.ui.fields import TextField, UploadField
from webapp.ui.forms import BaseForm

_SOURCE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_PLACE = "column-{}"
_CONSTANT = "same-{}"


def _source_name(_form: Any, field: Any) -> None:
    """Spaces and capitals are put right: a refusal would cost the chosen file, which a page cannot give back."""
    name = "-".join(field.data.lower().replace("_", " ").split())
    if not _SOURCE.fullmatch(name):
        raise ValidationError("Use letters, digits, dots and hyphens, such as csv or state-list.")
    field.data = name
    if name == STAFF_SOURCE:
        raise ValidationError(f"“{STAFF_SOURCE}” is the source of what staff write here. Choose another name.")


class UploadForm(BaseForm):
    """A listing file to check."""

    file = UploadField(
        "Listing file",
        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        hint="CSV in UTF-8 or a spreadsheet (.xlsx), with a header row, at most 90 MB. Columns may have any names.",
        required="Choose a listing file.",
    )
    source = TextField(
        "Name of the source",
        hint="Only listings of this source are changed or withdrawn. Letters, digits, dots and hyphens.",
        max_length=40,
        required="Name the source, such as csv.",
        width="m",
        checks=[_source_name],
    )
    allow_withdrawals = CheckField(
        "The file is complete: withdraw every listing of this source that it does not name",
        hint="Needed only when more than half of them would go.",
    )


class IpedsForm(BaseForm):
    """The three files of the US government that are read together."""

    directory = UploadField(
        "Institutions (HD)", accept=".csv,.gz", hint="Such as hd2024.csv; gzip will do.", required="Choose the HD file."
    )
    completions = UploadField(
        "Completions (C_A)", accept=".csv,.gz", hint="Such as c2024_a.csv.", required="Choose the C_A file."
    )
    tuition = UploadField(
        "Tuition (IC_AY)", accept=".csv,.gz", hint="Such as ic2023_ay.csv.", required="Choose the IC_AY file."
    )


def _name(column: str) -> str:
    """A column of the listing file in words, with the name it has there."""
    return f"{LABELS[column]} ({column})"


class MappingForm(BaseForm):
    """Which column of a file is which: one list for each column, made for its header; and values for every row."""

    @classmethod
    def _made_for(cls, count: int) -> type[Self]:
        marked = [Option(name, f"{_name(name)} *" if name in REQUIRED else _name(name)) for name in COLUMNS]
        fields: dict[str, Any] = {
            _PLACE.format(number): SelectField("Column", options=marked, unknown=None, blank="Leave it out")
            for number in range(count)
        }
        for column in CONSTANTS:
            fields[_CONSTANT.format(column)] = TextField(_name(column), max_length=300, width="m")
        return type("MappingFormOfFile", (cls,), fields)

    @classmethod
    def of(cls, header: Sequence[str], mapping: ColumnMapping) -> Self:
        """The form filled in with a mapping."""
        values = {_PLACE.format(n): mapping.columns.get(name) for n, name in enumerate(header)}
        values |= {_CONSTANT.format(column): mapping.constants.get(column) for column in CONSTANTS}
        return cls._made_for(len(header))(formdata=None, data=values)

    @classmethod
    def sent(cls, header: Sequence[str]) -> Self:
        """The form as it was sent, for a file of this header."""
        return cls._made_for(len(header))()

    def chosen_fields(self) -> list[Any]:
        """The lists to choose from, in the order of the columns."""
        return [field for field in self if field.name.startswith(_PLACE.format(""))]

    def constant_fields(self) -> list[Any]:
        """The boxes for values that are the same in every row."""
        return [self[_CONSTANT.format(column)] for column in CONSTANTS]

    def mapping(self, header: Sequence[str]) -> ColumnMapping:
        """What was chosen."""
        chosen = zip(header, self.chosen_fields(), strict=True)
        said = {column: self[_CONSTANT.format(column)].data for column in CONSTANTS}
        return ColumnMapping(
            {name: field.data for name, field in chosen if field.data},
            {column: value for column, value in said.items() if value},
        )
