"""Background: does what the student brings fit what the program asks, neither far below nor far above.

Worked out once for each distinct set of entry requirements. What the student spoke of counts. Where they told nothing
of their subjects, how far the door is open counts beside it: what asks for less is the safer advice to a stranger.
"""

from collections.abc import Iterator

import numpy as np

from webapp.domain.subject import RANKED_LEVELS
from webapp.matching.admissions import Admissions
from webapp.matching.arrays import UNKNOWN, Floats, Ints, Rows
from webapp.matching.context import Context
from webapp.matching.assessment import Assessment, blend, settle
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
    asked, rules = context.catalog.admissions, context.eligibility.rules
    background, subjects = context.student.profile.background, context.student.profile.subjects
    parts: list[tuple[float, Assessment]] = []
    if background.education is not None:
        fit = _education_fit(background.education.rank, asked.entrant, rules["education"])
        known = np.ones(len(asked), dtype=np.bool_)
        parts.append((PARTS["education"], settle(fit, known)))
    spoken = {
        "field": background.field,
        "gpa": background.gpa,
        "work_years": background.work_years,
        "english": background.english,
    }
    for name, answer in spoken.items():
        if answer is not None:
            value = np.where(rules[name] == TRUE, MET, MISSED)
            parts.append((PARTS[name], settle(value, rules[name] != 0)))
    worst_gaps = np.ones(len(asked))
    for index, subject in enumerate(SUBJECTS):
        level = subjects.known(subject)
        if level is not None:
            required = asked.subjects[:, index]
            known = required != UNKNOWN
            short = np.clip(required - level.rank, 0, len(RANKED_LEVELS) - 1)
            parts.append((PARTS["subject"], settle(np.array(SHORT_OF_LEVEL)[short], known)))
            left = np.array(GAP)[short]
            worst_gaps *= np.where(known, left, GAP[RANKED_LEVELS[-1].rank - level.rank])
    if not any(subjects.known(subject) for subject in SUBJECTS):
        parts += _doors(asked, told=background.education is not None)
    whole, gaps = blend(parts), readiness(context)
    return Assessment(
        whole.point * gaps,
        whole.known_of,
        lambda at: whole.low_of(at) * worst_gaps[at],
        lambda at: whole.high_of(at) * gaps[at],
    )


def readiness(context: Context) -> Floats:
    """For each set of requirements what the gaps in subjects leave of a whole; what is not known takes nothing off."""
    asked, subjects = context.catalog.admissions, context.student.profile.subjects
    left = np.ones(len(asked))
    for index, subject in enumerate(SUBJECTS):
        level = subjects.known(subject)
        if level is not None:
            short = np.clip(asked.subjects[:, index] - level.rank, 0, len(RANKED_LEVELS) - 1)
            left *= np.where(asked.subjects[:, index] != UNKNOWN, np.array(GAP)[short], 1.0)
    return left


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
