"""What the page of a guide shows beside its data: numbered references, and the pay of the careers on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.domain.wage import WAGES_AS_OF
from webapp.student.guidebook.content import Fact, Guide, Live
from webapp.student.guidebook.library import Library
from webapp.student.guidebook.role import Role

WAGES_SOURCE, WAGES_PERIOD = "oews", "May 2025"
_PAY = frozenset(("pay", "wages"))
_LENGTH = 96.0
"""Of the scale's hundred percent, what the longest bar may take."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One line of the sources at the end of a page."""

    number: int
    publisher: str
    title: str
    url: str
    period: str
    as_of: str


@dataclass(frozen=True, slots=True)
class PayRange:
    """Where a career's yearly pay lies on a scale that all careers share, in percent of its length."""

    role: Role
    start: float
    middle: float
    length: float


@dataclass(frozen=True, slots=True)
class GuidePage:
    """A guide as it is shown."""

    guide: Guide
    role: Role | None
    references: tuple[Reference, ...]
    number_of: Mapping[tuple[str, str], int]
    pay: tuple[PayRange, ...]
    roles: tuple[Role, ...]

    def number(self, fact: Fact) -> int:
        """The number of the reference that a figure rests on."""
        return self.number_of[fact.source, fact.period]

    @property
    def pay_number(self) -> int:
        """The number of the reference that pay rests on."""
        return self.number_of[WAGES_SOURCE, WAGES_PERIOD]


def guide_page(library: Library, guide: Guide) -> GuidePage:
    """The page of one guide."""
    role = library.roles.get(guide.slug)
    live = {block.name for section in guide.sections for block in section.blocks if isinstance(block, Live)}
    facts = list(guide.facts())
    if live & _PAY:
        facts.insert(0, Fact("", WAGES_SOURCE, WAGES_AS_OF, WAGES_PERIOD))
    references = tuple(_references(library, facts, guide.sources))
    stated = dict.fromkeys((fact.source, fact.period) for fact in facts)
    roles = tuple(library.roles.values())
    return GuidePage(
        guide=guide,
        role=role,
        references=references,
        number_of={key: number for number, key in enumerate(stated, start=1)},
        pay=tuple(pay_ranges([role] if role else roles, roles)),
        roles=roles,
    )


def pay_ranges(shown: Iterable[Role], every: Iterable[Role]) -> Iterable[PayRange]:
    """The pay of the careers shown, on a scale from nothing to a little more than the highest pay of any."""
    scale = _LENGTH / max(role.wage.p90_cents for role in every)
    for role in shown:
        low, middle, high = role.wage.p10_cents, role.wage.median_cents, role.wage.p90_cents
        yield PayRange(role, low * scale, middle * scale, (high - low) * scale)


def _references(library: Library, facts: Iterable[Fact], more: Iterable[str]) -> Iterable[Reference]:
    stated = {(fact.source, fact.period): fact for fact in facts}
    rows = [(name, period, stated[name, period].as_of) for name, period in stated]
    rows += [(name, "", "") for name in more]
    for number, (name, period, as_of) in enumerate(rows, start=1):
        source = library.sources[name]
        yield Reference(number, source.publisher, source.title, source.url, period, as_of)
