"""What someone has after finishing a program, said carefully: less than most graduates have, never more.

* Education: by the credential. An undergraduate certificate makes "some college" of a finished high school.
* Field: only a degree (associate and above) gives one, the family of its CIP code. It comes beside the fields held.
* Subjects: what the listing itself says it prepares for (`bridge_for`), and for a bachelor's degree or above what
  nearly every such degree teaches (DEGREE_SUBJECTS). An associate degree counts one course where a bachelor's counts
  several, and nothing where it counts one. Bootcamps and certificates give what they publish, and nothing besides.

Nothing else changes: grade point average, years of work and English stay as they were. DEGREE_SUBJECTS is our grading,
the lower level wherever schools differ; it is no statement about any one school.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from webapp.domain.credential import Credential, Education
from webapp.domain.subject import Subject, SubjectLevel

AWARDS: Mapping[Credential, Education] = MappingProxyType(
    {
        Credential.UNDERGRADUATE_CERTIFICATE: Education.SOME_COLLEGE,
        Credential.ASSOCIATE: Education.ASSOCIATE,
        Credential.BACHELOR: Education.BACHELOR,
        Credential.MASTER: Education.MASTER,
        Credential.DOCTORATE: Education.DOCTORATE,
    }
)
"""The education that a credential leaves someone with; the others leave it as it was."""

_ONE, _SEVERAL = SubjectLevel.ONE_COURSE, SubjectLevel.SEVERAL_COURSES
_COMPUTING = {
    Subject.PROGRAMMING: _SEVERAL,
    Subject.STATISTICS: _ONE,
    Subject.CALCULUS: _ONE,
    Subject.DATABASES: _ONE,
}
_MATHEMATICS = {Subject.CALCULUS: _SEVERAL, Subject.LINEAR_ALGEBRA: _ONE, Subject.STATISTICS: _ONE}
_STATISTICS = {**_MATHEMATICS, Subject.STATISTICS: _SEVERAL, Subject.PROGRAMMING: _ONE}
_DATA = {
    Subject.PROGRAMMING: _SEVERAL,
    Subject.STATISTICS: _SEVERAL,
    Subject.CALCULUS: _ONE,
    Subject.LINEAR_ALGEBRA: _ONE,
    Subject.DATABASES: _ONE,
    Subject.MACHINE_LEARNING: _ONE,
}
DEGREE_SUBJECTS: Mapping[str, Mapping[Subject, SubjectLevel]] = MappingProxyType(
    {
        "11": _COMPUTING,
        "11.0102": {**_COMPUTING, Subject.LINEAR_ALGEBRA: _ONE, Subject.MACHINE_LEARNING: _ONE},
        "14": {Subject.CALCULUS: _SEVERAL, Subject.LINEAR_ALGEBRA: _ONE, Subject.PROGRAMMING: _ONE},
        "26.11": {Subject.STATISTICS: _ONE, Subject.PROGRAMMING: _ONE},
        "27": _MATHEMATICS,
        "27.05": _STATISTICS,
        "27.06": _STATISTICS,
        "30.70": _DATA,
        "30.71": {Subject.STATISTICS: _SEVERAL, Subject.PROGRAMMING: _ONE, Subject.DATABASES: _ONE},
        "40": {Subject.CALCULUS: _SEVERAL, Subject.LINEAR_ALGEBRA: _ONE},
        "45.06": {Subject.STATISTICS: _ONE, Subject.CALCULUS: _ONE},
        "52": {Subject.STATISTICS: _ONE},
        "52.12": {Subject.STATISTICS: _ONE, Subject.PROGRAMMING: _ONE, Subject.DATABASES: _ONE},
    }
)
"""By CIP code or its beginning (the longest counts): the level a bachelor's degree leaves nearly everyone with."""


@dataclass(frozen=True, slots=True)
class Attainment:
    """What one credential in one field gives, beside what the listing says it prepares for."""

    education: Education | None
    family: str | None
    subjects: Mapping[Subject, SubjectLevel]


@cache
def attainment_of(credential: Credential, cip: str) -> Attainment:
    """What finishing a program of this credential and field gives."""
    education = AWARDS.get(credential)
    if education is None or education.rank < Education.ASSOCIATE.rank:
        return Attainment(education, None, MappingProxyType({}))
    taught: Mapping[Subject, SubjectLevel] = {}
    for length in range(len(cip), 1, -1):
        if cip[:length] in DEGREE_SUBJECTS:
            taught = DEGREE_SUBJECTS[cip[:length]]
            break
    if credential is Credential.ASSOCIATE:
        taught = {subject: _ONE for subject, level in taught.items() if level is _SEVERAL}
    return Attainment(education, cip[:2], MappingProxyType(dict(taught)))


def raised(has: Education, gained: Education) -> Education:
    """The education of someone who has one and gains another: the higher, and no college without high school."""
    if gained is Education.SOME_COLLEGE and has.rank < Education.HIGH_SCHOOL.rank:
        return has
    return max(has, gained, key=lambda education: education.rank)
