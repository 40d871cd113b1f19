"""The golden personas: invented students with listings of the demo catalogue graded by hand (docs/golden.md).

Half of them, by their names, are kept from tuning.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from webapp.domain.profile import Profile

FOLDER = Path(__file__).parent / "tables" / "personas"


@dataclass(frozen=True, slots=True)
class Grade:
    """How well a listing suits a persona: 3 advised, 2 good, 1 acceptable; one without a grade is wrong (0)."""

    program_id: str
    grade: int
    why: str


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented student. `group` is the name of the file they stand in."""

    name: str
    group: str
    story: str
    profile: Profile
    grades: tuple[Grade, ...]

    @property
    def untouched(self) -> bool:
        """Whether the persona is kept from tuning: where the first byte of the SHA-256 of the name is odd."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 1

    @property
    def worth(self) -> Mapping[str, int]:
        """The grade of every graded listing, by its id."""
        return {grade.program_id: grade.grade for grade in self.grades}

    @property
    def title(self) -> str:
        """The name as people read it."""
        return self.name[:1].upper() + self.name[1:].replace("-", " ")


@cache
def personas() -> tuple[Persona, ...]:
    """Every golden persona, in the order of the files and within them; an unknown key in a file is a TypeError."""
    return tuple(
        _read(path.stem, **row) for path in sorted(FOLDER.glob("*.json")) for row in json.loads(path.read_text("utf-8"))
    )


def find_persona(name: str) -> Persona | None:
    """The persona of that name."""
    return next((each for each in personas() if each.name == name), None)


def _read(group: str, *, name: str, story: str, profile: object, grades: list[dict[str, object]]) -> Persona:
    marks = tuple(Grade(**grade) for grade in grades)  # type: ignore[arg-type]  # test_personas checks the values
    return Persona(name, group, story, Profile.from_json(profile), marks)
