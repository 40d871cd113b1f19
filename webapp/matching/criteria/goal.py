"""Goal: does the program lead to the wanted job, is the credential usual for it, and is it one the student wants.

A field of study is an administrative code; what a program teaches says more. Where the text of a listing tells topics,
they count as much as the field, and lift it where they are nearer to the job.
"""

import math
from collections.abc import Mapping

import numpy as np

from webapp.domain.credential import Credential
from webapp.domain.occupation import Occupation
from webapp.domain.profile import Criterion
from webapp.domain.subject import Subject
from webapp.matching.arrays import Floats, Rows
from webapp.matching.assessment import PRIOR, Assessment, sure
from webapp.matching.context import Context
from webapp.matching.criteria.background import readiness
from webapp.matching.matters import job_share_of
from webapp.matching.student import Student

OTHER_CREDENTIAL = 0.25
"""What is left of the value where the student named credentials and the program awards another."""
CONTENT, FIELD = 0.5, 0.1
"""How much of the way to the job what the program teaches decides, and the field; the rest the better of the two."""
LEVEL_FLOOR = 0.4
"""What is left of the field's value where the credential is not usual for the job at all."""
UNREADY = 0.5
"""The power to which missing subjects weigh here: what cannot be entered yet leads to the job in part."""
_DEGREES = np.array([credential.is_degree for credential in Credential])


def assess(context: Context, rows: Rows) -> Assessment:
    """Way x level x wish x readiness. An occupation outside the reference table leaves the first two unknown."""
    catalog, student = context.catalog, context.student
    credential = catalog.credential[rows]
    wanted = student.profile.goal.credentials
    value = levels(context)[credential]
    if student.occupation is not None:
        return sure(_eventually(context, student.occupation, rows) * ready(context)[catalog.admission[rows]])
    if student.profile.goal.occupation is None and wanted:
        return sure(value)
    return Assessment(
        PRIOR * value,
        lambda at: np.full(len(value[at]), 0.5 if wanted else 0.0),
        lambda at: np.zeros(len(value[at])),
        lambda at: value[at],
    )


def _eventually(context: Context, occupation: Occupation, rows: Rows) -> Floats:
    """Way x level x wish: what the rows are worth once they can be entered."""
    catalog, student = context.catalog, context.student

    def work_out() -> Floats:
        value: Floats = way(context, occupation, rows) * levels(context)[catalog.credential[rows]]
        return value

    if rows is not catalog.facet_of[Criterion.GOAL].rows:
        return work_out()
    asked = Criterion.GOAL, occupation.soc, student.profile.goal.credentials, student.mastered
    return catalog.memory.of(asked, work_out)


def levels(context: Context) -> Floats:
    """For each credential, by rank, how usual it is for the job and whether it is wanted, of those that are told."""
    found: Floats | None = context.kept.get("levels")
    if found is None:
        found = context.kept["levels"] = _levels(context.student)
    return found


def _levels(student: Student) -> Floats:
    wanted = student.profile.goal.credentials
    wish = np.ones(len(Credential))
    if wanted:
        wish[:] = OTHER_CREDENTIAL
        wish[[item.rank for item in wanted]] = 1.0
    if student.occupation is None:
        return wish
    usual = np.array([student.occupation.usual(item) for item in Credential])
    level: Floats = (LEVEL_FLOOR + (1 - LEVEL_FLOOR) * usual) * wish
    return level


def way(context: Context, occupation: Occupation, rows: Rows) -> Floats:
    """How far the rows lead to a job, by field and topics, 0..1."""
    catalog = context.catalog
    return lead(catalog.relations[occupation.soc][catalog.cip[rows]], content(context, occupation, rows))


def content(context: Context, occupation: Occupation, rows: Rows) -> Floats:
    """How far what the rows teach is the work of a job, 0..1; NaN where no topic is told.

    A subject the student knows already leads nowhere new, except as a part of a degree.
    """
    catalog = context.catalog
    matter = catalog.matters.code[rows]
    whole = catalog.matters.of_job(occupation.soc, frozenset())[matter]
    known = context.student.mastered
    if not known:
        return whole
    return np.where(_DEGREES[catalog.credential[rows]], whole, catalog.matters.of_job(occupation.soc, known)[matter])


def content_of_row(context: Context, occupation: Occupation, row: int) -> float:
    """The same for one row."""
    catalog = context.catalog
    known = frozenset[Subject]() if _DEGREES[catalog.credential[row]] else context.student.mastered
    return float(catalog.matters.of_job(occupation.soc, known)[catalog.matters.code[row]])


def content_of(context: Context, occupation: Occupation, credential: Credential, told: Mapping[int, float]) -> float:
    """The same for a listing that tells these topics, so strongly."""
    known = frozenset[Subject]() if credential.is_degree else context.student.mastered
    return job_share_of(told, occupation.soc, known)


def lead_of(field: float, taught: float) -> float:
    """`lead` for one row."""
    if math.isnan(taught):
        return field
    return FIELD * field + CONTENT * taught + (1 - FIELD - CONTENT) * max(field, taught)


def lead(field: Floats, taught: Floats) -> Floats:
    """How far a field and what is taught lead to a job; the field alone where nothing is told of what is taught."""
    told = FIELD * field + CONTENT * taught + (1 - FIELD - CONTENT) * np.fmax(field, taught)
    return np.where(np.isnan(taught), field, told)


def ready(context: Context) -> Floats:
    """For each set of requirements what missing subjects leave of the goal."""
    found: Floats | None = context.kept.get("goal")
    if found is None:
        found = context.kept["goal"] = readiness(context) ** UNREADY
    return found
