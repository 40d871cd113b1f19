"""Goal: does the field lead to the wanted job, is the credential usual for it, and is it one the student wants."""

import numpy as np

from webapp.domain.credential import Credential
from webapp.matching.arrays import Rows
from webapp.matching.context import Context
from webapp.matching.criteria.assessment import PRIOR, Assessment

OTHER_CREDENTIAL = 0.25
"""What is left of the value where the student named credentials and the program awards another."""
LEVEL_FLOOR = 0.4
"""What is left of the field's value where the credential is not usual for the job at all."""


def assess(context: Context, rows: Rows) -> Assessment:
    """Field x level x wish. An occupation outside the reference table leaves the first two unknown."""
    catalog, student = context.catalog, context.student
    credential = catalog.credential[rows]
    wanted = student.profile.goal.credentials
    wish = np.ones(len(Credential))
    if wanted:
        wish[:] = OTHER_CREDENTIAL
        wish[[item.rank for item in wanted]] = 1.0
    if student.occupation is not None:
        usual = np.array([student.occupation.usual(item) for item in Credential])
        level = (LEVEL_FLOOR + (1 - LEVEL_FLOOR) * usual) * wish
        value = catalog.relations[student.occupation.soc][catalog.cip[rows]] * level[credential]
        return Assessment(value, np.ones(len(value)), value, value)
    value = wish[credential]
    if student.profile.goal.occupation is None and wanted:
        return Assessment(value, np.ones(len(value)), value, value)
    known = np.full(len(value), 0.5 if wanted else 0.0)
    return Assessment(PRIOR * value, known, np.zeros(len(value)), value)
