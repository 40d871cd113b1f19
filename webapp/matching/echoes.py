"""Echoes: what of a student's own words, or of the wanted job, one listing gives back, and in which words of its own.

Worked out for the few listings that are shown; the criteria hold the same against all rows at once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from webapp.domain.topic import mentions
from webapp.matching.assessment import PRIOR
from webapp.matching.context import Wish
from webapp.matching.criteria.goal import content_of, content_of_row, lead_of
from webapp.matching.criteria.interests import told_by
from webapp.matching.matters import NUMBERS, grades_of, near_to
from webapp.matching.statement import Case

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


def echoes_of(case: Case) -> list[Echo]:
    """For each wish that the listing answers the words that answer it best."""
    if "echoes" not in case.kept:
        found = (_topical(case, wish) if wish.topical else _verbal(case, wish) for wish in case.context.wishes)
        case.kept["echoes"] = [echo for echo in found if echo is not None]
    echoes: list[Echo] = case.kept["echoes"]
    return echoes


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


def interest_without(case: Case, taken: Sequence[Echo]) -> float:
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


def job_echoes(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Columns of the listing, each with its words that are the work of the job and without which it leads less far."""
    occupation = case.context.student.occupation
    if occupation is None:
        return
    strength, said = _told(case), _said(case)
    found: dict[str, list[int]] = {}
    for topic, grade in grades_of(occupation.soc, frozenset()).items():
        if grade >= TELLING_GRADE and topic in strength:
            found.setdefault(said[topic][0], []).append(topic)
    for column in COLUMNS:
        if column in found:
            less = content_of(case.context, occupation, case.listing.credential, _told_without(case, found[column]))
            if lead_of(_relation(case), less) < way_of(case) - 1e-9:
                yield column, tuple(" ".join(said[topic][1]) for topic in found[column])


def way_of(case: Case) -> float:
    """How far the listing leads to the job, 0..1."""
    if "way" not in case.kept:
        wanted = case.context.student.occupation is not None
        case.kept["way"] = lead_of(_relation(case), content_of_listing(case)) if wanted else 0.0
    return float(case.kept["way"])


def _relation(case: Case) -> float:
    """How far the field of study leads to the wanted job, of which there is one."""
    catalog, occupation = case.context.catalog, case.context.student.occupation
    return 0.0 if occupation is None else float(catalog.relations[occupation.soc][catalog.cip[case.row]])


def content_of_listing(case: Case) -> float:
    """How far what is taught is the work of the job, 0..1; NaN where that is not told, or no job is wanted."""
    occupation = case.context.student.occupation
    return float("nan") if occupation is None else content_of_row(case.context, occupation, case.row)


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
