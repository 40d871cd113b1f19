"""Tables, percentiles and a place for servers: what the benchmarks share."""

from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table


def opened(folder: str) -> Path:
    """A var/ in a temporary folder that root's PostgreSQL, which runs as nobody, can reach."""
    Path(folder).chmod(0o711)
    return Path(folder) / "var"


def percentile(samples: Sequence[float], percent: int) -> float:
    """The `percent`th percentile of `samples`."""
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table, numbers to the right."""
    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
