"""A row of the listing file: its cells read into a listing and written again.

Blank means unknown, never zero. `parse_row` and `to_row` are each other's inverse for every valid listing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from webapp.domain.geography import STATES
from webapp.domain.listing import (
    COLUMNS,
    Listing,
    attribute_of,
)
from webapp.domain.listing_cell import CellError, read, shown
from webapp.domain.profile import plain_dollars

REQUIRED = ("program_id", "institution", "name", "credential", "cip")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one cell: the column, its value, what was wrong, and what would be right."""

    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.column}: {self.problem}; {self.remedy}"


class ListingError(ValueError):
    """A row was refused; `faults` lists every reason, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


_ATTRIBUTES: Mapping[str, str] = {column: attribute_of(column) for column in COLUMNS}


def parse_row(row: Mapping[str, str]) -> Listing:
    """Read one row of the listing file. Columns that are absent count as blank; raise ListingError with every fault."""
    faults = [
        Fault(str(column), "", "is not a column of the listing file", "remove it, or correct its name")
        for column in row
        if column not in _ATTRIBUTES
    ]
    values: dict[str, Any] = {}
    for column, attribute in _ATTRIBUTES.items():
        raw = row.get(column)
        text = raw.strip() if raw else ""
        if not text:
            if column in REQUIRED:
                faults.append(Fault(column, "", "is blank", "every listing needs it"))
            continue
        try:
            values[attribute] = read(column, text)
        except CellError as error:
            faults.append(Fault(column, shown(text), error.problem, error.remedy))
    faults += _check_together(values)
    if faults:
        raise ListingError(faults)
    return Listing(**values)


def to_row(listing: Listing) -> dict[str, str]:
    """The row of the listing file again, every column present, unknown as blank."""
    return {column: _cell(column, getattr(listing, attribute_of(column))) for column in COLUMNS}


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return ";".join(str(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if column.endswith("_usd") and isinstance(value, int):
        return str(value // 100) if value % 100 == 0 else f"{value // 100}.{value % 100:02d}"
    if isinstance(value, float):
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


def _check_together(values: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if ("latitude" in values) != ("longitude" in values):
        faults.append(Fault("latitude", "", "stands without the other coordinate", "give both, or neither"))
    total, outside = values.get("tuition_total_cents"), values.get("tuition_out_of_state_cents")
    if outside is not None and total is None:
        remedy = "give tuition_total_usd, the price for students of the state, as well"
        faults.append(Fault("tuition_out_of_state_usd", "", "stands without the price for the state", remedy))
    if outside is not None and total is not None and outside < total:
        problem = "is below tuition_total_usd, the price for students of the state"
        faults.append(Fault("tuition_out_of_state_usd", str(plain_dollars(outside)), problem, "check both prices"))
    state = values.get("state")
    if state is not None and values.get("country", "US") == "US" and state not in STATES:
        faults.append(Fault("state", state, "is not a US state", "use a code such as CA, or name the country"))
    return faults
