"""Every guide, read once from the data files beside this module, and checked as a whole while it is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from webapp.student.guidebook.content import (
    Block,
    Fact,
    Guide,
    GuideError,
    Items,
    Live,
    Paragraph,
    Question,
    QuestionGroup,
    Section,
    Source,
    Table,
    checked,
    read_prose,
)
from webapp.student.guidebook.role import Role, read_role


@dataclass(frozen=True, slots=True)
class Library:
    """All guides by slug, in the order of the index; the careers apart; the sources by name."""

    guides: Mapping[str, Guide]
    roles: Mapping[str, Role]
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]

    def topics(self) -> list[Guide]:
        """The guides that are not about one career."""
        return [guide for slug, guide in self.guides.items() if slug not in self.roles]


@cache
def library() -> Library:
    """Every guide there is. Raises GuideError when the data break a rule: a test reads them all."""
    sources = {name: Source(**told) for name, told in _data("sources").items()}
    facts = {name: Fact(**told) for name, told in _data("facts").items()}
    if unsourced := sorted(name for name, fact in facts.items() if fact.source not in sources):
        raise GuideError(f"These facts name a source that is not there: {', '.join(unsourced)}.")
    roles = {told["slug"]: read_role(told, facts) for told in _data("roles")}
    guides = {slug: role.guide for slug, role in roles.items()}
    guides |= {told["slug"]: _read_guide(told, facts) for told in (*_data("topics"), _data("questions"))}
    _check_links(guides, sources)
    return Library(
        MappingProxyType(guides), MappingProxyType(roles), MappingProxyType(sources), MappingProxyType(facts)
    )


def _data(name: str) -> Any:
    return json.loads(files(__package__).joinpath(f"data/{name}.json").read_text("utf-8"))


def _read_guide(told: Mapping[str, Any], facts: Mapping[str, Fact]) -> Guide:
    return Guide(
        **{name: checked(told[name]) for name in ("slug", "name", "title", "lead", "description")},
        reviewed=told["reviewed"],
        goal=told["goal"],
        also=tuple(told["also"]),
        sections=tuple(
            Section(each["id"], checked(each["heading"]), tuple(_read_block(block, facts) for block in each["blocks"]))
            for each in told.get("sections", ())
        ),
        groups=tuple(
            QuestionGroup(
                group["id"],
                checked(group["heading"]),
                tuple(
                    Question(
                        each["id"],
                        checked(each["question"]),
                        tuple(read_prose(text, facts) for text in each["answer"]),
                    )
                    for each in group["questions"]
                ),
            )
            for group in told.get("groups", ())
        ),
        sources=tuple(told.get("sources", ())),
    )


def _read_block(told: str | Mapping[str, Any], facts: Mapping[str, Fact]) -> Block:
    if isinstance(told, str):
        return Paragraph(read_prose(told, facts))
    (kind, content), *more = told.items()
    if more or kind not in ("list", "steps", "table", "live"):
        raise GuideError(f"A block is a text, or one of list, steps, table, live; not {', '.join(told)}.")
    if kind == "live":
        return Live(content)
    if kind == "table":
        head = tuple(checked(cell) for cell in content["head"])
        rows = tuple(tuple(read_prose(cell, facts) for cell in row) for row in content["rows"])
        if any(len(row) != len(head) for row in rows):
            raise GuideError(f"A row of “{content['caption']}” is not as long as its head.")
        return Table(checked(content["caption"]), head, rows)
    return Items(tuple(read_prose(text, facts) for text in content), ordered=kind == "steps")


def _check_links(guides: Mapping[str, Guide], sources: Mapping[str, Source]) -> None:
    for guide in guides.values():
        wanted = {*guide.also, *(link.target for link in guide.links() if link.kind == "guide")}
        if lost := sorted(wanted - guides.keys()):
            raise GuideError(f"{guide.slug} links to guides that are not there: {', '.join(lost)}.")
        if lost := sorted(set(guide.sources) - sources.keys()):
            raise GuideError(f"{guide.slug} names sources that are not there: {', '.join(lost)}.")
