"""Steps of a long command, told while they happen: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console


class StepFailed(click.ClickException):
    """A step that did not work: its name, what was seen, what to do. Ends the command with exit code 1."""

    def __init__(self, step: str, seen: str, fix: str) -> None:
        super().__init__(f"{step}: failed.\n{seen.strip()}\n\nWhat to do: {fix}")


class Steps:
    """Counts, times and tells the steps."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Tell that the step begins, and how long it took once it has worked."""
        self._number += 1
        label = f"[{self._number}/{self._total}] {title}"
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(_plain(label)):
                yield
        else:
            self.note(f"{label} ...")
            yield
        self.note(f"{label}: done ({time.monotonic() - began:.1f} s)")

    def note(self, text: str) -> None:
        """One line, as it is."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
