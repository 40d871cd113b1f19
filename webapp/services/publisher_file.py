"""What came through a publisher, month by month, as CSV."""

import csv
from collections.abc import Iterable
from typing import TextIO

from webapp.queries.publisher import Month

COLUMNS = ("month", "forms_started", "forms_finished", "requests", "introductions_asked_for")


def write_publisher_file(months: Iterable[Month], stream: TextIO) -> None:
    """Write months in the order given. Every cell is a number or a month, so none can be a formula."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for month in months:
        counts = month.counts
        writer.writerow(
            (f"{month.first:%Y-%m}", counts.started, counts.completed, counts.requests, counts.introductions)
        )
