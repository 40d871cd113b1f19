"""What goes wrong in a command, told in plain sentences on standard error, with exit code 1. Never a traceback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from webapp.domain.errors import DomainError, Problem, Refused


class Told(click.ClickException):
    """A failure with its reasons, one a line."""

    def __init__(self, headline: str, reasons: Iterable[str] = ()) -> None:
        super().__init__("\n".join([headline, *(f"  - {reason}" for reason in reasons)]))


def told(problems: Iterable[Problem], headline: str = "Refused:") -> Told:
    """The failure that these problems make."""
    return Told(headline, (str(problem) for problem in problems))


@contextmanager
def plainly() -> Iterator[None]:
    """Turn a rule that was not met, or a file that cannot be read, into its plain sentence."""
    try:
        yield
    except Refused as refusal:
        raise told(refusal.problems) from None
    except DomainError as error:
        raise Told(str(error)) from None
    except (PermissionError, IsADirectoryError, FileNotFoundError) as error:
        raise Told(f"{error.filename}: {error.strerror}.") from None
    except OSError as error:
        # The disk is full, or the reader at the other end of a pipe is gone.
        raise Told(f"The system says: {error.strerror or error}.") from None
