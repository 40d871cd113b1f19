"""A panel of a dashboard: a chart, the table beneath with the same figures, and that table as a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from webapp.domain.cell import guard
from webapp.queries.form_funnel import LONGER
from webapp.ui.chart import Chart
from webapp.ui.formats import format_date, format_datetime, format_number, span_words

Value = str | int | float | date | datetime | None
WORDS, COUNT, PERCENT, DECIMAL, SECONDS, DAY = "words", "count", "percent", "decimal", "seconds", "day"
"""What a column holds. Percents are kept as shares of 0 to 1, times as seconds."""
PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. In a file its unit stands behind its name."""

    label: str
    holds: str = COUNT


@dataclass(frozen=True, slots=True)
class Panel:
    """`name` tells the panels of one page apart, in addresses too. `links` are where the first cells lead, if anywhere.

    `empty` says what it means that there are no rows. `about` says how the figures are made.
    """

    name: str
    title: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    empty: str
    chart: Chart | None = None
    links: Sequence[str | None] = ()

    def told(self) -> list[list[str]]:
        """The rows as the page shows them."""
        return [[words(column, value) for column, value in zip(self.columns, row, strict=True)] for row in self.rows]


def words(column: Column, value: Value) -> str:
    """One cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, str):
        return value
    match column.holds:
        case "percent":
            return f"{format_number(100 * value, 2 if abs(value) < 0.01 else 1)}%"
        case "decimal":
            return format_number(value, PLACES)
        case "seconds":
            return (
                "longer"
                if value >= LONGER
                else f"{value:.0f} s"
                if value < 120
                else span_words(timedelta(seconds=value))
            )
        case _:
            return format_number(value)


def csv_of(panel: Panel) -> str:
    """The table as CSV with plain numbers. No cell is run as a formula, whoever named what is in it."""
    units = {PERCENT: " (%)", SECONDS: " (seconds)"}
    stream = io.StringIO()
    stream.write("\ufeff")  # spreadsheets take the file for UTF-8 by this mark
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([guard(column.label + units.get(column.holds, "")) for column in panel.columns])
    for row in panel.rows:
        writer.writerow([_plain(column, value) for column, value in zip(panel.columns, row, strict=True)])
    return stream.getvalue()


def _plain(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return guard(value)
    if column.holds == SECONDS and value >= LONGER:
        return "longer"
    return f"{round(100 * value, PLACES):g}" if column.holds == PERCENT else f"{value:.12g}"
