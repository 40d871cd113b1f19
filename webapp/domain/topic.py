"""Topics: what a program teaches and a student asks for, under whatever words, and what lies near it.

The tables are data (`tables/topics.csv`, `tables/occupation_topics.csv`, with their making in `tables/README.md`), not
code: another vertical is another table. Words that mean no topic are never an error.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from webapp.domain.word import stem, tokens


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `terms` are other words that mean it, `near` how close other topics lie, 0..1."""

    name: str
    terms: tuple[str, ...]
    near: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that mean a topic: the name of the topic, and the words as they stand, in small letters."""

    topic: str
    words: tuple[str, ...]


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by name, in the table's order. Nearness holds both ways: the greater of the two grades counts."""
    rows = {row["topic"]: row for row in _rows("topics.csv")}
    near = {name: _grades(row["near"]) for name, row in rows.items()}
    both = {
        name: {
            other: max(near[name].get(other, 0.0), near[other].get(name, 0.0))
            for other in rows
            if other != name and (other in near[name] or name in near[other])
        }
        for name in rows
    }
    return MappingProxyType(
        {
            name: Topic(name, tuple(filter(None, row["terms"].split(";"))), MappingProxyType(both[name]))
            for name, row in rows.items()
        }
    )


@cache
def topics_of(soc: str) -> Mapping[str, float]:
    """How far each topic is the work of an occupation, 0..1; empty where the table does not have the occupation."""
    return _of_occupations().get(soc, MappingProxyType({}))


@cache
def _of_occupations() -> Mapping[str, Mapping[str, float]]:
    return {row["soc"]: MappingProxyType(_grades(row["topics"])) for row in _rows("occupation_topics.csv")}


@lru_cache(maxsize=4096)
def mentions(text: str) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    """The topics that a text mentions, in order, and the words that belong to none; the longest words win."""
    found: list[Mention] = []
    rest: list[str] = []
    words = tokens(text)
    stems, at = tuple(map(stem, words)), 0
    while at < len(words):
        length = next((n for n in _lengths().get(stems[at], ()) if stems[at : at + n] in _phrases()), 0)
        if length:
            found.append(Mention(_phrases()[stems[at : at + length]], tuple(words[at : at + length])))
        else:
            rest.append(words[at])
        at += length or 1
    return tuple(found), tuple(rest)


@cache
def _phrases() -> Mapping[tuple[str, ...], str]:
    """Every stemmed phrase and the topic it means; a topic's own name wins over another's term."""
    return {**dict(_stemmed(names=False)), **dict(_stemmed(names=True))}


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """For each first word of a phrase, how long the phrases are that begin with it, the longest first."""
    lengths: dict[str, set[int]] = {}
    for phrase in _phrases():
        lengths.setdefault(phrase[0], set()).add(len(phrase))
    return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}


def _stemmed(*, names: bool) -> Iterator[tuple[tuple[str, ...], str]]:
    for topic in topics().values():
        for text in (topic.name,) if names else topic.terms:
            yield tuple(map(stem, tokens(text))), topic.name


def _rows(name: str) -> list[dict[str, str]]:
    text = files("webapp.domain").joinpath("tables", name).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _grades(text: str) -> dict[str, float]:
    return {key: float(value) for key, value in (item.split(":") for item in text.split(";") if item)}
