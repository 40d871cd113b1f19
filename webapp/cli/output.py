"""What commands print: JSON for machines and tables for people on standard output, progress on standard error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

Tick = Callable[[int, int | None], None]


def print_json(document: Any) -> None:
    """One JSON document, UTF-8, readable."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """A table whose cells are shown as they are: nothing in them is markup, nothing is a terminal's control code."""
    console = _console()
    look = SIMPLE_HEAD if console.is_terminal else None
    if title is not None:
        say(title)
    table = Table(box=look, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_printable(str(cell))) for cell in row))
    console.print(table)


def say(text: str) -> None:
    """One line for people, on standard output."""
    _console().print(_printable(text), markup=False, highlight=False, soft_wrap=True)


@contextmanager
def counting(what: str) -> Iterator[Tick]:
    """A progress display on a terminal, silence elsewhere. Call what it yields with the rows so far (and all)."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} rows"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _console() -> Console:
    console = Console()
    # Nobody's file or pipe is 80 columns wide.
    return console if console.is_terminal else Console(width=200)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
