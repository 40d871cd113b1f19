"""The rules of a filter one by one: their names, which of them are off, and changing one without touching the others.

All of it stands in the text of the filter. The comment right above a rule is its name; a rule behind `#off` counts for
nothing until it is switched on again. Other comments and blank lines stay where they are.
"""

from dataclasses import dataclass
from typing import Final

from webapp.domain.errors import NotFound

OFF: Final = "#off "
LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as it is written.

    `place` counts all rules from 0, those that are off too. `number` is what people and decisions call it, from 1; None
    while it is off. `line` is where its rule stands in the text, from 1.
    """

    place: int
    number: int | None
    name: str
    line: int
    rule: str

    @property
    def is_on(self) -> bool:
        """Whether it counts."""
        return self.number is not None


def entries_of(text: str) -> tuple[Entry, ...]:
    """The rules of a filter in order. Nothing is checked here: what cannot be read stands as it was written."""
    found: list[Entry] = []
    number, before = 0, ""
    for line, raw in enumerate(text.splitlines(), 1):
        body = raw.strip()
        is_off = body.startswith(OFF)
        if is_off or (body and not body.startswith("#")):
            number += not is_off
            rule = body.removeprefix(OFF).strip() if is_off else body
            found.append(Entry(len(found), None if is_off else number, _name_in(before), line, rule))
        before = body
    return tuple(found)


def with_rule(text: str, place: int | None, name: str, rule: str) -> str:
    """The text with one rule more (`place` None), or with another rule in that place; off stays off."""
    if place is None:
        kept = text.rstrip("\n")
        return (f"{kept}\n" if kept.strip() else "") + _written(name, rule)
    entry = _entry(text, place)
    return _replaced(text, entry, _written(name, rule if entry.is_on else f"{OFF}{rule}"))


def without_rule(text: str, place: int) -> str:
    """The text without one rule and its name."""
    return _replaced(text, _entry(text, place), "")


def switched(text: str, place: int, *, on: bool) -> str:
    """The text with one rule on or off."""
    entry = _entry(text, place)
    return _replaced(text, entry, _written(entry.name, entry.rule if on else f"{OFF}{entry.rule}"))


def tidy_name(words: str) -> str:
    """A name that fits on its line: one line, no more than `LONGEST_NAME` characters."""
    return " ".join(words.split()).lstrip("#").strip()[:LONGEST_NAME]


def _entry(text: str, place: int) -> Entry:
    entries = entries_of(text)
    if not 0 <= place < len(entries):
        raise NotFound("There is no such rule.")
    return entries[place]


def _replaced(text: str, entry: Entry, instead: str) -> str:
    lines = text.splitlines(keepends=True)
    start = entry.line - 1 - bool(entry.name)
    after = "".join(lines[entry.line :])
    return "".join(lines[:start]) + instead + after


def _written(name: str, rule: str) -> str:
    named = tidy_name(name)
    return (f"# {named}\n" if named else "") + f"{rule}\n"


def _name_in(line: str) -> str:
    return tidy_name(line[1:]) if line.startswith("#") and not line.startswith(OFF) else ""
