"""Background: does what the student brings fit what the program asks, neither far below nor far above.

Worked out once for each distinct set of entry requirements. What the student spoke of counts. Where they told nothing
of their subjects, how far the door is open counts beside it: what asks for less is the safer advice to a stranger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from webapp.domain.subject import RANKED_LEVELS
from webapp.matching.admissions import Admissions
from webapp.matching.arrays import UNKNOWN, Floats, Ints, Rows
from webapp.matching.assessment import Assessment, blend, settle
from webapp.matching.context import Context
from webapp.matching.rules import FALSE, SUBJECTS, TRUE

PARTS = {"education": 3.0, "field": 2.0, "subject": 1.0, "gpa": 1.0, "work_years": 1.0, "english": 1.0}
"""The weight of each part; six subjects, so together they count most."""
ABOVE = (1.0, 0.9, 0.6, 0.35, 0.2, 0.1, 0.1)
"""Education: the value by how many levels the student stands above those who usually enter."""
BELOW = (1.0, 0.9, 0.6, 0.4, 0.3, 0.2, 0.2)
"""Education: the value by how many levels below, where the minimum is met."""
SHORT_OF_EDUCATION = 0.05
SHORT_OF_LEVEL = (1.0, 0.5, 0.2, 0.0, 0.0)
"""Subjects: the value by how many levels are missing; meeting the level is full value, more than it no better."""
GAP = (1.0, 0.8, 0.6, 0.6, 0.6)
"""What one subject's gap leaves of the whole, by how many levels are missing: an entry fails at its weakest point."""
MET, MISSED = 1.0, 0.1
DOOR = 1.0
"""The weight of how far the door is open, where the student told nothing of their subjects."""
OPEN_SUBJECT = (1.0, 0.9, 0.7, 0.4, 0.3)
"""How open the door is by the level that is asked of a subject."""
OPEN_EDUCATION = (1.0, 1.0, 0.8, 0.7, 0.5, 0.3, 0.1)
"""How open the door is by the education that is asked, where the student told nothing of theirs."""


def assess(context: Context, rows: Rows) -> Assessment:
    """The weighted mean of the parts, less what each subject's gap takes off the whole."""
    classes = context.kept.get("background")
    if not isinstance(classes, Assessment):
        classes = context.kept["background"] = _by_class(context)
    return classes.seen_by(context.catalog.admission[rows])


def _by_class(context: Context) -> Assessment:
    asked, memory = context.catalog.admissions, context.catalog.admissions.memory
    background, subjects = context.student.profile.background, context.student.profile.subjects
    parts: list[tuple[float, Assessment]] = []
    for name in ("education", "field", "gpa", "work_years", "english"):
        answer = getattr(background, name)
        if answer is not None:
            parts.append((PARTS[name], memory.of(("fit", name, answer), partial(_fit, context, name))))
    spoken = [_readiness_in(asked, subject, level) for subject, level in _levels(context)]
    parts += [(PARTS["subject"], each.fit) for each in spoken]
    if not any(subjects.known(subject) for subject in SUBJECTS):
        told = background.education is not None
        parts += memory.of(("doors", told), lambda: tuple(_doors(asked, told=told)))
    whole, gaps = blend(parts), readiness(context)

    def low(at: Rows) -> Floats:
        worst = np.ones(len(gaps[at]))
        for each in spoken:
            worst *= each.worst[at]
        return whole.low_of(at) * worst

    return Assessment(whole.point * gaps, whole.known_of, low, lambda at: whole.high_of(at) * gaps[at])


def _levels(context: Context) -> Iterator[tuple[int, int]]:
    """The subjects the student told their level of, by number, and the level."""
    for index, subject in enumerate(SUBJECTS):
        level = context.student.profile.subjects.known(subject)
        if level is not None:
            yield index, level.rank


def _fit(context: Context, name: str) -> Assessment:
    """How well one answer fits each set of requirements."""
    rule = context.eligibility.rules[name]
    education = context.student.profile.background.education
    if name == "education" and education is not None:
        fit = _education_fit(education.rank, context.catalog.admissions.entrant, rule)
        return settle(fit, np.ones(len(fit), dtype=np.bool_)).worked_out()
    return settle(np.where(rule == TRUE, MET, MISSED), rule != 0).worked_out()


@dataclass(frozen=True, slots=True, eq=False)
class _Readiness:
    """One subject held against each set of requirements: the fit, what a gap leaves of the whole, and at worst."""

    fit: Assessment
    left: Floats
    worst: Floats


def _readiness_in(asked: Admissions, subject: int, level: int) -> _Readiness:
    def work_out() -> _Readiness:
        required = asked.subjects[:, subject]
        known = required != UNKNOWN
        short = np.clip(required - level, 0, len(RANKED_LEVELS) - 1)
        left = np.array(GAP)[short]
        return _Readiness(
            settle(np.array(SHORT_OF_LEVEL)[short], known).worked_out(),
            np.where(known, left, 1.0),
            np.where(known, left, GAP[RANKED_LEVELS[-1].rank - level]),
        )

    return asked.memory.of(("readiness", subject, level), work_out)


def readiness(context: Context) -> Floats:
    """For each set of requirements what the gaps in subjects leave of a whole; what is not known takes nothing off."""
    found: Floats | None = context.kept.get("subjects")
    if found is None:
        asked = context.catalog.admissions
        found = context.kept["subjects"] = np.ones(len(asked))
        for subject, level in _levels(context):
            found *= _readiness_in(asked, subject, level).left
    return found


def _doors(asked: Admissions, *, told: bool) -> Iterator[tuple[float, Assessment]]:
    """How open the door is in what the student told nothing of: subjects, and education unless that was told."""
    if not told:
        yield DOOR, settle(np.array(OPEN_EDUCATION)[asked.education], np.ones(len(asked), dtype=np.bool_))
    subjects = [settle(np.array(OPEN_SUBJECT)[np.maximum(level, 0)], level != UNKNOWN) for level in asked.subjects.T]
    yield DOOR, blend([(1.0, each) for each in subjects])


def _education_fit(rank: int, entrant: Ints, rule: Ints) -> Floats:
    away = rank - entrant.astype(np.int64)
    above = np.array(ABOVE)[np.clip(away, 0, len(ABOVE) - 1)]
    below = np.array(BELOW)[np.clip(-away, 0, len(BELOW) - 1)]
    fit = np.where(away >= 0, above, below)
    return np.where(rule == FALSE, SHORT_OF_EDUCATION, fit)
