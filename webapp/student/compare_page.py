"""Programs side by side, as values: one row for each question, one cell for each program."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from webapp.matching.judging import Judgement, Requirement, published_requirements
from webapp.queries.published_program import ListedProgram
from webapp.student.checklist import Bridge, item_of, subject_of
from webapp.student.facts import Fact, fact_groups
from webapp.student.program_page import ForYou, for_you

REASONS = 4
"""Reasons and caveats told of each program: the others stand on its own page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one program answers. `text` is None where nothing is known, and `unknown` says so in words.

    `kind` is "verdict" or "requirement" where `code` decides a sign; `lines` is a list in place of one text.
    """

    text: str | None = None
    unknown: str = "Not published"
    note: str = ""
    source: str | None = None
    as_of: str | None = None
    kind: str = ""
    code: str = ""
    label: str = ""
    sign: str = ""
    lines: tuple[str, ...] = ()

    @property
    def answer(self) -> object:
        """What counts when cells are held against each other; source and date do not."""
        return (self.text, self.note, self.code, self.lines)


@dataclass(frozen=True, slots=True)
class Row:
    """One question. `differs` says that the programs do not all answer the same."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether the programs answer differently; one alone never does."""
        return any(cell.answer != self.cells[0].answer for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One program at the head of its column."""

    program_id: str
    name: str
    institution: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class ComparePage:
    """The whole table. `alike` counts the rows in which all programs say the same."""

    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    alike: int
    only_differences: bool


def compare_page(
    programs: Sequence[ListedProgram],
    judged: Mapping[str, Judgement],
    name_of: Callable[[str], Bridge | None],
    *,
    only_differences: bool,
) -> ComparePage:
    """The table for these programs, left to right. Without judgements nothing is said about the reader."""
    found = [judged.get(program.listing.program_id) for program in programs]
    groups = [_requirements(programs, found, name_of), *_facts(programs), _sources(programs)]
    if any(found):
        groups = [_standing([None if each is None else for_you(each) for each in found]), *groups]
    alike = sum(not row.differs for group in groups for row in group.rows)
    if only_differences:
        groups = [Group(group.title, tuple(row for row in group.rows if row.differs)) for group in groups]
    columns = (
        Column(each.listing.program_id, each.listing.name, each.listing.institution, each.is_demo) for each in programs
    )
    return ComparePage(tuple(columns), tuple(group for group in groups if group.rows), alike, only_differences)


def _standing(found: Sequence[ForYou | None]) -> Group:
    unknown = Cell(unknown="Not judged yet")

    def row(label: str, cell: Callable[[ForYou], Cell]) -> Row:
        return Row(label, tuple(unknown if each is None else cell(each) for each in found))

    return Group(
        "How they stand for you",
        (
            row("Can you get in?", lambda x: Cell(text=x.verdict_sentence, kind="verdict", code=x.verdict,
                                                  label=x.verdict_label)),
            row("Match", lambda x: Cell(text=x.points, kind="band", code=x.band, label=x.band_label)),
            row("In your list", lambda x: Cell(text=x.place)),
            row("Why it fits", lambda x: Cell(lines=tuple(each.text for each in x.reasons[:REASONS]), sign="check")),
            row("What speaks against it", lambda x: Cell(lines=x.caveats[:REASONS], sign="alert",
                                                         unknown="Nothing that we know of")),
            row("How much is known", lambda x: Cell(text=x.coverage)),
        ),
    )  # fmt: skip


def _facts(programs: Sequence[ListedProgram]) -> list[Group]:
    """The groups of facts are the same for every listing, so they are read across."""
    across = zip(*(fact_groups(program.listing) for program in programs), strict=True)
    return [
        Group(
            groups[0].title,
            tuple(
                Row(facts[0].label, tuple(map(_fact, facts, programs)))
                for facts in zip(*(group.facts for group in groups), strict=True)
            ),
        )
        for groups in across
    ]


def _fact(fact: Fact, program: ListedProgram) -> Cell:
    """A fact of money or outcomes carries its source and date; another only where it is not the listing's own."""
    own = program.listing.source_of("name")
    is_own = (fact.source, fact.as_of) == (own.source, own.as_of)
    source, as_of = (None, fact.as_of if fact.dated else None) if is_own else (fact.source, fact.as_of)
    return Cell(text=fact.value, unknown=fact.unknown, note=fact.note, source=source, as_of=as_of)


def _sources(programs: Sequence[ListedProgram]) -> Group:
    """Where everything comes from that names no source of its own."""
    cells = []
    for program in programs:
        own = program.listing.source_of("name")
        cells.append(Cell(text=own.source, as_of=own.as_of, unknown="No source is named"))
    return Group("Where this comes from", (Row("Source, where none is named above", tuple(cells)),))


def _requirements(
    programs: Sequence[ListedProgram],
    found: Sequence[Judgement | None],
    name_of: Callable[[str], Bridge | None],
) -> Group:
    """One row for each rule that at least one of the programs asks something by."""
    told = [
        {
            each.rule: each
            for each in (published_requirements(program.listing) if judgement is None else judgement.requirements)
        }
        for program, judgement in zip(programs, found, strict=True)
    ]
    rules = dict.fromkeys(rule for each in told for rule in each)
    rows = []
    for rule in rules:
        across = [(each.get(rule), judgement is not None) for each, judgement in zip(told, found, strict=True)]
        if any(each is not None and each.asks and each.needs is not None for each, _ in across):
            rows.append(Row(subject_of(rule), tuple(_requirement(each, held, name_of) for each, held in across)))
    return Group("What they ask for" + (", and what you meet" if any(found) else ""), tuple(rows))


def _requirement(requirement: Requirement | None, held: bool, name_of: Callable[[str], Bridge | None]) -> Cell:
    if requirement is None:
        return Cell(text="Does not apply: it can be attended in person.")
    if requirement.needs is None:
        return Cell()
    if not requirement.asks:
        return Cell(text="Not asked for", kind="requirement", code="met" if held else "", sign="check")
    item = item_of(requirement, held, name_of)
    return Cell(text=item.text, kind="requirement", code=item.state, label=item.label if held else "", sign=item.sign)
