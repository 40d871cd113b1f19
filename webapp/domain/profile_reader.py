"""Reading a profile from JSON: each problem is written down with its place, and all are reported together."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from webapp.domain.plain_text import has_control_character

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ProfileProblem:
    """One thing wrong with a profile: where, what, and what would be right. `quotes`: the problem repeats the value."""

    path: str
    problem: str
    remedy: str
    quotes: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.remedy}"


class ProfileError(ValueError):
    """The profile was refused; `problems` lists every reason, not only the first."""

    def __init__(self, problems: Sequence[ProfileProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Reader:
    """Collects problems while reading, so that all of them are reported together."""

    def __init__(self) -> None:
        self.problems: list[ProfileProblem] = []

    def refuse(self, path: str, problem: str, remedy: str, *, quotes: bool = False) -> None:
        """Write down one problem."""
        self.problems.append(ProfileProblem(path, problem, remedy, quotes))

    def mapping(self, path: str, value: object, allowed: tuple[str, ...]) -> Mapping[str, object]:
        """An object whose keys are all allowed; those that are not are problems."""
        if not isinstance(value, Mapping):
            self.refuse(path, f"is {_kind(value)}", "write an object with the keys " + ", ".join(allowed))
            return {}
        for key in value:
            if key not in allowed:
                prefix = "" if path == "profile" else f"{path}."
                self.refuse(f"{prefix}{shown(key)}", "is not a known key", "use only " + ", ".join(allowed))
        return value

    def choice(self, path: str, value: object, kind: type[_E]) -> _E | None:
        """The member of `kind` that a value names."""
        if isinstance(value, str):
            try:
                return kind(value)
            except ValueError:
                pass
        self.refuse(path, f"{shown(value)} is not a known value", "use one of " + ", ".join(kind), quotes=True)
        return None

    def text(self, path: str, value: object, limit: int) -> str | None:
        """Text of at most `limit` characters, without control characters or an e-mail address."""
        if not isinstance(value, str) or not value.strip():
            self.refuse(path, f"is {_kind(value)}", "write some text, or leave the key out")
        elif len(value) > limit:
            self.refuse(path, f"has {len(value)} characters", f"write at most {limit}")
        elif has_control_character(value.replace("\n", " ").replace("\r", " ").replace("\t", " ")):
            self.refuse(path, "holds a control character", "write plain text")
        elif _EMAIL.search(value):
            self.refuse(path, "holds an e-mail address", "leave it out; ranking does not need it")
        else:
            return value
        return None

    def pattern(self, path: str, value: object, shape: re.Pattern[str], remedy: str) -> str | None:
        """Text of one shape."""
        if isinstance(value, str) and shape.fullmatch(value):
            return value
        self.refuse(path, f"{shown(value)} has the wrong form", remedy, quotes=True)
        return None

    def number(self, path: str, value: object, low: float, high: float) -> float | None:
        """A finite number from `low` to `high`."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            problem, quotes = f"is {_kind(value)}", False
        elif not (low <= value <= high) or (isinstance(value, float) and not math.isfinite(value)):
            problem, quotes = f"{shown(value)} is out of range", True
        else:
            return value
        self.refuse(path, problem, f"write a number from {low:,.12g} to {high:,.12g}", quotes=quotes)
        return None

    def sequence(self, path: str, value: object, limit: int) -> list[object]:
        """A list of at most `limit` entries that all differ."""
        if not isinstance(value, list | tuple):
            self.refuse(path, f"is {_kind(value)}", "write a list")
            return []
        if len(value) > limit:
            self.refuse(path, f"has {len(value)} entries", f"write at most {limit}")
            return []
        if any(item in value[:index] for index, item in enumerate(value)):
            self.refuse(path, "names one entry twice", "write each entry once")
        return list(value)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text" if value.strip() else "empty text"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else "a number"


def shown(value: object) -> str:
    """A value as a problem repeats it: printable, and short."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 40 else text[:39] + "…"
