"""Echoes: what of a student's own words, or of the wanted job, one listing gives back, and in which words of its own.

Worked out for the few listings that are shown; the criteria hold the same against all rows at once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from webapp.domain.occupation import Occupation
from webapp.domain.topic import mentions
from webapp.matching.assessment import PRIOR
from webapp.matching.context import Wish
from webapp.matching.criteria.goal import content_of, content_of_row, lead_of
from webapp.matching.criteria.interests import told_by
from webapp.matching.matters import NUMBERS, grades_of, near_to
from webapp.matching.statement import Case

TINY = 1e-9
TELLING_GRADE = 0.5
"""The grade from which a topic is named as the work of a job."""
COLUMNS = ("name", "topics", "summary")


@dataclass(frozen=True, slots=True)
class Echo:
    """Words of a listing that answer a wish. `topic` is None where the student's very word stands there."""

    wish: Wish
    column: str
    words: tuple[str, ...]
    topic: int | None

    @property
    def exact(self) -> bool:
        """Whether it is the thing asked for, and not one near it."""
        return self.topic is None or self.topic == self.wish.number


@dataclass(frozen=True, slots=True)
class Work:
    """A listing beside the wanted job: how far its field leads there, what it teaches, and both together, 0..1.

    `taught` is NaN where nothing is told of it. `echoes` are columns of the listing, each with its words that are the
    work of the job and without which it would lead less far.
    """

    field: float
    taught: float
    way: float
    echoes: tuple[tuple[str, tuple[str, ...]], ...]


class Told(NamedTuple):
    """Words of one column that answer what the student said at a path, or come near it."""

    path: str
    column: str
    exact: bool
    words: tuple[str, ...]


def work_of(case: Case) -> Work | None:
    """The listing beside the wanted job; None where none is wanted, or we do not know it."""
    context, catalog = case.context, case.context.catalog
    job = context.student.occupation
    if job is None:
        return None
    alike = "work", int(catalog.document[case.row]), int(catalog.cip[case.row]), case.listing.credential
    return context.memory.of(alike, lambda: _work(case, job))


def _work(case: Case, job: Occupation) -> Work:
    catalog = case.context.catalog
    field = float(catalog.relations[job.soc][catalog.cip[case.row]])
    taught = content_of_row(case.context, job, case.row)
    way, strength, said = lead_of(field, taught), _told(case), _said(case)
    found: dict[str, list[int]] = {}
    for topic, grade in grades_of(job.soc, frozenset()).items():
        if grade >= TELLING_GRADE and topic in strength:
            found.setdefault(said[topic][0], []).append(topic)
    echoes = []
    for column in COLUMNS:
        topics = found.get(column, ())
        less = content_of(case.context, job, case.listing.credential, _told_without(case, topics))
        if topics and lead_of(field, less) < way - TINY:
            echoes.append((column, tuple(" ".join(said[topic][1]) for topic in topics)))
    return Work(field, taught, way, tuple(echoes))


def interests_told(case: Case) -> tuple[Told, ...]:
    """What is asked for and found, by answer and column, then what lies near it, in the listing's own words.

    What the value would be as high without is left out.
    """
    document = int(case.context.catalog.document[case.row])
    return case.context.memory.of(("interests", document), lambda: tuple(_interests_told(case)))


def _interests_told(case: Case) -> Iterator[Told]:
    alike: dict[tuple[bool, int, str], list[Echo]] = {}
    for echo in echoes_of(case):
        alike.setdefault((not echo.exact, COLUMNS.index(echo.column), echo.wish.path), []).append(echo)
    value = _interest_without(case, []) if alike else 0.0
    for near, column, path in sorted(alike):  # interests stand before words
        told = alike[near, column, path]
        if _interest_without(case, told) < value - TINY:
            words = dict.fromkeys(" ".join(echo.words) for echo in told)
            yield Told(path, COLUMNS[column], not near, tuple(words))


def echoes_of(case: Case) -> tuple[Echo, ...]:
    """For each wish that the listing answers the words that answer it best."""
    document = int(case.context.catalog.document[case.row])
    return case.context.memory.of(("echoes", document), lambda: tuple(_echoes(case)))


def _echoes(case: Case) -> Iterator[Echo]:
    for wish in case.context.wishes:
        echo = _topical(case, wish) if wish.topical else _verbal(case, wish)
        if echo is not None:
            yield echo


def _topical(case: Case, wish: Wish) -> Echo | None:
    topic, best = -1, 0.0
    near = near_to(wish.number)
    for each, strength in _told(case).items():
        if each in near and strength * near[each] > best:
            topic, best = each, strength * near[each]
    if topic < 0:
        return None
    column, words = _said(case)[topic]
    return Echo(wish, column, words, topic)


def _verbal(case: Case, wish: Wish) -> Echo | None:
    catalog = case.context.catalog
    column = catalog.text.column_of(wish.number, int(catalog.document[case.row]))
    return None if column is None else Echo(wish, column, wish.words, None)


def _interest_without(case: Case, taken: Sequence[Echo]) -> float:
    """The value of the interests if the listing did not say what these echoes say."""
    context, gone = case.context, {echo.topic for echo in taken}
    told = _told_without(case, gone)
    total = 0.0
    for echo in echoes_of(case):
        if echo.topic is not None:
            near = near_to(echo.wish.number)
            total += echo.wish.weight * max([told[topic] * near[topic] for topic in told if topic in near], default=0.0)
        elif echo not in taken:
            total += echo.wish.weight
    sure = told_by(context)
    value = PRIOR * (1 - sure) + sure * min(1.0, total / context.full_match)
    return value if context.catalog.described[case.row] else max(value, PRIOR)


def _told(case: Case) -> Mapping[int, float]:
    """How strongly the listing tells each topic that it tells."""
    matters = case.context.catalog.matters
    return matters.told(int(matters.code[case.row]))


def _told_without(case: Case, topics: Collection[int | None]) -> Mapping[int, float]:
    """The same if the listing did not tell these topics."""
    told = _told(case)
    return {topic: strength for topic, strength in told.items() if topic not in topics} if topics else told


def _said(case: Case) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    """Where the listing mentions each topic first, and in which words."""
    return _first_mentions(case.listing.name, case.listing.topics, case.listing.summary)


@lru_cache(maxsize=4096)
def _first_mentions(
    name: str, topics: tuple[str, ...], summary: str | None
) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    texts = (("name", name), *(("topics", topic) for topic in topics), ("summary", summary or ""))
    said: dict[int, tuple[str, tuple[str, ...]]] = {}
    for column, text in texts:
        for mention in mentions(text)[0]:
            said.setdefault(NUMBERS[mention.topic], (column, mention.words))
    return said
