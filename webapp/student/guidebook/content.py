"""What a guide is made of: prose with figures and links in it, lists, tables, questions; each figure with its source.

In the data files, `{name}` in a text is a figure of `facts.json` and `[words](guide:slug)` a link. Digits outside of
figures are refused, so that no number stands in a guide without a source and a date.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


class GuideError(ValueError):
    """A guide's data break a rule; the text names the guide and says which."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who published something, what, and where to find it."""

    publisher: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure as it is shown. `as_of` is an ISO date or its beginning, `period` the same for readers."""

    value: str
    source: str
    as_of: str
    period: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to another page of this site; `kind` is "guide" or "page"."""

    words: str
    kind: str
    target: str


Piece: TypeAlias = str | Fact | Link
Prose: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    prose: Prose
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `ordered` where the order counts."""

    items: tuple[Prose, ...]
    ordered: bool = False
    kind: str = field(default="items", init=False)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first cell names its row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Prose, ...], ...]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Live:
    """A place that the page fills when it is shown, by name: "roles", "wages", "subjects"."""

    name: str
    kind: str = field(default="live", init=False)


Block: TypeAlias = Paragraph | Items | Table | Live


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; `id` is its anchor."""

    id: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer."""

    id: str
    question: str
    answer: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions under one heading."""

    id: str
    heading: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """One page. `goal` is the occupation its way into the form names; `sources` back statements without figures."""

    slug: str
    name: str
    title: str
    lead: str
    description: str
    reviewed: str
    goal: str | None
    also: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    groups: tuple[QuestionGroup, ...] = ()
    sources: tuple[str, ...] = ()

    def proses(self) -> Iterator[Prose]:
        """Every running text of the page, in its order."""
        for section in self.sections:
            for block in section.blocks:
                yield from _proses(block)
        for group in self.groups:
            for question in group.questions:
                yield from question.answer

    def facts(self) -> Iterator[Fact]:
        """Every figure in its texts, in their order."""
        return (piece for prose in self.proses() for piece in prose if isinstance(piece, Fact))

    def links(self) -> Iterator[Link]:
        """Every link in its texts."""
        return (piece for prose in self.proses() for piece in prose if isinstance(piece, Link))


_MARK = re.compile(r"\{([a-z][a-z0-9-]*)\}|\[([^\]]+)\]\((guide|page):([a-z-]+)\)")
_FIGURE = re.compile(r"\d|\b(?:percent|hundred|thousand|million|billion|dozen)s?\b|[{}\[\]%$]")


def read_prose(text: str, facts: Mapping[str, Fact]) -> Prose:
    """The pieces of a text. Raises GuideError for a figure that is no fact, or a fact that nobody stated."""
    pieces: list[Piece] = []
    end = 0
    for mark in _MARK.finditer(text):
        pieces += [text[end : mark.start()]] if mark.start() > end else []
        end = mark.end()
        name, words, kind, target = mark.groups()
        if name is None:
            pieces.append(Link(checked(words), kind, target))
        elif name in facts:
            pieces.append(facts[name])
        else:
            raise GuideError(f"There is no fact “{name}”: add it to facts.json with its source and date.")
    pieces += [text[end:]] if end < len(text) else []
    for piece in pieces:
        if isinstance(piece, str):
            checked(piece)
    return tuple(pieces)


def checked(text: str) -> str:
    """A text that holds no figure. Raises GuideError otherwise."""
    if found := _FIGURE.search(text):
        raise GuideError(f"“{found[0]}” in “{text.strip()[:80]}” has no source: make it a fact and write {{its-name}}.")
    return text


def _proses(block: Block) -> Iterable[Prose]:
    if isinstance(block, Paragraph):
        return (block.prose,)
    if isinstance(block, Items):
        return block.items
    if isinstance(block, Table):
        return (cell for row in block.rows for cell in row)
    return ()
