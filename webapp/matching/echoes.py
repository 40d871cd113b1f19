"""Echoes: what of a student's own words, or of the wanted job, one listing gives back, and in which words of its own.

Worked out for the few listings that are shown; the criteria hold the same against all rows at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from webapp.domain.listing import Listing
from webapp.domain.topic import Mention, mentions, topics_of
from webapp.matching.arrays import Floats
from webapp.matching.context import Wish
from webapp.matching.criteria.assessment import PRIOR
from webapp.matching.criteria.goal import content, content_of, lead
from webapp.matching.criteria.interests import full_match, value_of, weight
from webapp.matching.matters import NUMBERS, nearest, nearness
from webapp.matching.statement import Case

TELLING_GRADE = 0.5
"""The grade from which a topic is named as the work of a job."""
_COLUMNS = ("name", "topics", "summary")


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
    worth = _strength(case) * nearness()[wish.number]
    topic = int(worth.argmax())
    if worth[topic] == 0:
        return None
    column, mention = _mentioned(case.listing, topic)
    return Echo(wish, column, mention.words, topic)


def _verbal(case: Case, wish: Wish) -> Echo | None:
    column = _column_of(case, wish)
    return None if column is None else Echo(wish, column, wish.words, None)


def _column_of(case: Case, wish: Wish) -> str | None:
    """Where the listing has the student's very word, or None."""
    catalog = case.context.catalog
    return catalog.text.column_of(wish.number, int(catalog.document[case.row]))


def interest_without(case: Case, taken: Sequence[Echo]) -> float:
    """The value of the interests if the listing did not say what these echoes say."""
    strength = _strength_without(case, [echo.topic for echo in taken if echo.topic is not None])
    words = {echo.wish.number for echo in taken if echo.topic is None}
    context, total = case.context, 0.0
    for wish in context.wishes:
        if wish.topical:
            total += weight(context, wish) * float(nearest(strength.reshape(1, -1), wish.number)[0])
        elif wish.number not in words and _column_of(case, wish) is not None:
            total += weight(context, wish)
    value = float(value_of(context, np.array([total / full_match(context)]))[0])
    return value if case.context.catalog.described[case.row] else max(value, PRIOR)


def job_echoes(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Columns of the listing, each with its words that are the work of the job and without which it leads less far."""
    occupation = case.context.student.occupation
    if occupation is None:
        return
    graded, strength = topics_of(occupation.soc), _strength(case)
    told: dict[str, list[tuple[int, Mention]]] = {}
    for name, grade in graded.items():
        if grade >= TELLING_GRADE and strength[NUMBERS[name]] > 0:
            column, mention = _mentioned(case.listing, NUMBERS[name])
            told.setdefault(column, []).append((NUMBERS[name], mention))
    for column in _COLUMNS:
        if column in told:
            less = _strength_without(case, [topic for topic, _ in told[column]])
            if way_of(case, less) < way_of(case) - 1e-9:
                yield column, tuple(" ".join(mention.words) for _, mention in told[column])


def way_of(case: Case, strength: Floats | None = None) -> float:
    """How far the listing leads to the job, 0..1, as it is or with topics told as strongly as this."""
    if strength is not None:
        return _way(case, content_of_listing(case, strength))
    if "way" not in case.kept:
        case.kept["way"] = _way(case, content_of_listing(case))
    return float(case.kept["way"])


def _way(case: Case, taught: float) -> float:
    occupation = case.context.student.occupation
    if occupation is None:
        return 0.0
    return float(lead(np.array([occupation.relation(case.listing.cip)]), np.array([taught]))[0])


def content_of_listing(case: Case, strength: Floats | None = None) -> float:
    """How far what is taught is the work of the job, 0..1; NaN where that is not told, or no job is wanted."""
    occupation = case.context.student.occupation
    if occupation is None:
        return float("nan")
    if strength is None:
        if "content" not in case.kept:
            case.kept["content"] = float(content(case.context, occupation, np.array([case.row]))[0])
        return float(case.kept["content"])
    return content_of(case.context, occupation, case.listing.credential, strength)


def _strength(case: Case) -> Floats:
    """How strongly the listing tells each topic: the catalogue's own array, not to be written to."""
    matters = case.context.catalog.matters
    strength: Floats = matters.strength[matters.code[case.row]]
    return strength


def _strength_without(case: Case, topics: Sequence[int]) -> Floats:
    """The same if the listing did not tell these topics."""
    strength = _strength(case).copy()
    strength[list(topics)] = 0.0
    return strength


def _mentioned(listing: Listing, topic: int) -> tuple[str, Mention]:
    """Where a listing mentions a topic first, and in which words."""
    return next((column, mention) for column, mention in _said(listing) if NUMBERS[mention.topic] == topic)


def _said(listing: Listing) -> Iterator[tuple[str, Mention]]:
    topics = (("topics", topic) for topic in listing.topics)
    for column, text in (("name", listing.name), *topics, ("summary", listing.summary or "")):
        yield from ((column, mention) for mention in mentions(text)[0])
