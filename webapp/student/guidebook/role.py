"""The careers: what each asks of a person, from `data/roles.json`, and the guide that is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.subject import Subject, SubjectLevel
from webapp.domain.wage import Wage, wages
from webapp.student.guidebook.content import (
    Block,
    Fact,
    Guide,
    GuideError,
    Items,
    Live,
    Paragraph,
    Prose,
    Section,
    checked,
    read_prose,
)

COMPARED = ("question", "makes", "code", "math", "entry")
"""What the comparison says of each career, from top to bottom."""


@dataclass(frozen=True, slots=True)
class Skill:
    """A subject, how well people in the career know it, and what for."""

    subject: Subject
    level: SubjectLevel
    why: str


@dataclass(frozen=True, slots=True)
class Role:
    """One career. `wage` is of the occupation that stands for it in the statistics; `stand_in` says how well."""

    slug: str
    name: str
    plural: str
    lead: str
    soc: str
    wage: Wage
    stand_in: Prose
    compare: Mapping[str, str]
    skills: tuple[Skill, ...]
    tasks: tuple[str, ...]
    guide: Guide


def read_role(told: Mapping[str, Any], facts: Mapping[str, Fact]) -> Role:
    """A career from its data. Raises GuideError or KeyError where the data break a rule or lack a part."""
    if told["compare"].keys() != set(COMPARED):
        raise GuideError(f"{told['slug']}: compare must hold {', '.join(COMPARED)}.")
    stand_in = read_prose(told["code_note"], facts)
    return Role(
        slug=told["slug"],
        name=checked(told["name"]),
        plural=checked(told["plural"]),
        lead=checked(told["lead"]),
        soc=told["soc"],
        wage=wages()[told["soc"]],
        stand_in=stand_in,
        compare={key: checked(told["compare"][key]) for key in COMPARED},
        skills=tuple(
            Skill(Subject(each["subject"]), SubjectLevel(each["level"]), checked(each["why"]))
            for each in told["skills"]
        ),
        tasks=tuple(checked(task) for task in told["day"]),
        guide=_guide(told, stand_in, facts),
    )


def _guide(told: Mapping[str, Any], stand_in: Prose, facts: Mapping[str, Fact]) -> Guide:
    def paragraphs(key: str) -> tuple[Block, ...]:
        return tuple(Paragraph(read_prose(text, facts)) for text in told[key])

    def items(key: str) -> tuple[Block, ...]:
        return (Items(tuple(read_prose(text, facts) for text in told[key])),)

    return Guide(
        slug=told["slug"],
        name=told["name"],
        title=f"{told['name']}: the work, the pay, the way in",
        lead=told["lead"],
        description=checked(told["description"]),
        reviewed=told["reviewed"],
        goal=told["soc"],
        also=("careers-compared", "what-each-level-unlocks", "prerequisites"),
        sections=(
            Section("work", "What they do", paragraphs("does")),
            Section("day", "A usual day", items("day")),
            Section("skills", "What they need to know", (Live("skills"),)),
            Section("pay", "What it pays", (Live("pay"), Paragraph(stand_in))),
            Section("entry", "How people start", paragraphs("entry")),
            Section("ways", "Ways in", items("ways")),
            Section("unknown", "What we do not know", items("limits")),
        ),
    )
