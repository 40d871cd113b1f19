"""Where a pathway leads: the programs that are the student's goal, and what a role asks for at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from webapp.domain.attainment import AWARDS
from webapp.domain.credential import Credential, Education
from webapp.domain.occupation import Occupation
from webapp.domain.profile import Criterion, Priority
from webapp.matching.arrays import Mask
from webapp.matching.context import Context
from webapp.matching.rules import Verdict

RELATED = 0.5
"""From this strength on a field leads to a job (the same as the caveat on a weak field)."""
USUAL = 0.9
"""From this strength on a credential is what most people who start in a job have."""
ENOUGH = 0.6
"""From this strength on a credential is nothing unusual for a job (the same as the caveat on an unusual one)."""
WITHOUT_DEGREE = (
    Credential.BOOTCAMP,
    Credential.PROFESSIONAL_CERTIFICATE,
    Credential.UNDERGRADUATE_CERTIFICATE,
)


@dataclass(frozen=True, slots=True)
class RoleNote:
    """What a role asks for at all. `kind` is `no_degree_needed` or `degree_held`."""

    kind: str
    occupation: str
    credentials: tuple[Credential, ...]


def aims_table(context: Context) -> Mask | None:
    """By credential and field of study whether it is the goal; None where no goal was told, or it does not matter.

    The goal is the credentials named, else the one usual for the job, in a field that leads to it.
    """
    catalog, student = context.catalog, context.student
    goal = student.profile.goal
    told = student.profile.priorities.of(Criterion.GOAL) is not Priority.IGNORE
    job = student.occupation if told else None
    if not told or (not goal.credentials and job is None):
        return None
    levels = goal.credentials or usual_levels(job, student.profile.background.education)
    table = np.zeros((len(Credential), len(catalog.cips)), dtype=np.bool_)
    table[[level.rank for level in levels]] = True if job is None else catalog.relations[job.soc] >= RELATED
    return table


def next_best(context: Context, shown: Sequence[int]) -> int | None:
    """The best placed row that is not open yet, one step away first; None where all are."""
    verdicts = dict(zip(shown, context.eligibility.verdicts_of(np.array(shown, dtype=np.int64)).tolist(), strict=True))
    for wanted in (Verdict.CONDITIONAL, Verdict.NOT_YET):
        for row in shown:
            if verdicts[row] == wanted:
                return row
    return None


def usual_levels(job: Occupation | None, held: Education | None) -> tuple[Credential, ...]:
    """The credential that most people who start in a job have: the lowest such degree.

    For someone who holds that level already, in another field, it is a master's degree where that is usual too: nobody
    takes a second bachelor's degree for what a master's degree gives.
    """
    if job is None:
        return ()
    usual = [credential for credential in Credential if job.usual(credential) >= USUAL and credential in AWARDS]
    if not usual:
        return ()
    lowest = usual[0]
    if held is not None and held.rank >= AWARDS[lowest].rank and Credential.MASTER in usual:
        return (Credential.MASTER,)
    return (lowest,)


def role_notes(context: Context) -> tuple[RoleNote, ...]:
    """Whether the role wants a further degree at all, where the student named a job and no credential."""
    student = context.student
    goal, background, job = student.profile.goal, student.profile.background, student.occupation
    if job is None or goal.credentials or student.profile.priorities.of(Criterion.GOAL) is Priority.IGNORE:
        return ()
    held = background.education
    having = tuple(
        credential
        for credential, education in AWARDS.items()
        if held is not None and education is held and job.usual(credential) >= USUAL
    )
    if having and background.field is not None and job.relation(background.field) >= RELATED:
        return (RoleNote("degree_held", job.soc, having),)
    if held is not None and held.rank >= Education.BACHELOR.rank:
        return ()
    enough = tuple(credential for credential in WITHOUT_DEGREE if job.usual(credential) >= ENOUGH)
    return (RoleNote("no_degree_needed", job.soc, enough),) if enough else ()
