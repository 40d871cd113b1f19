"""What people have earned and what programs award: education levels, credentials and levels of English.

Levels of English are those of the Common European Framework of Reference (CEFR), with `native` above them.
"""

from enum import StrEnum
from functools import cached_property


class Education(StrEnum):
    """The highest education someone has finished, rising."""

    LESS_THAN_HIGH_SCHOOL = "less_than_high_school"
    HIGH_SCHOOL = "high_school"
    SOME_COLLEGE = "some_college"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"

    @cached_property
    def rank(self) -> int:
        """0 for the lowest level, one more for each level above it."""
        return list(Education).index(self)


class Credential(StrEnum):
    """What a program awards, from the shortest to the longest usual study."""

    BOOTCAMP = "bootcamp"
    PROFESSIONAL_CERTIFICATE = "professional_certificate"
    UNDERGRADUATE_CERTIFICATE = "undergraduate_certificate"
    ASSOCIATE = "associate"
    BACHELOR = "bachelor"
    GRADUATE_CERTIFICATE = "graduate_certificate"
    MASTER = "master"
    DOCTORATE = "doctorate"

    @cached_property
    def rank(self) -> int:
        """The place of this credential in the list of credentials, from 0."""
        return list(Credential).index(self)

    @property
    def is_degree(self) -> bool:
        """Whether it is a degree, from an associate's on: years of study, not a course or a few."""
        return self in (Credential.ASSOCIATE, Credential.BACHELOR, Credential.MASTER, Credential.DOCTORATE)

    @property
    def usual_minimum(self) -> Education:
        """What such programs usually ask for where a listing does not say: an assumption, to be shown as one."""
        return _USUAL_MINIMUM[self]

    @property
    def typical_entrant(self) -> Education:
        """The education most people who start such a program have; the centre of the background curve."""
        return _TYPICAL_ENTRANT[self]


class EnglishLevel(StrEnum):
    """Command of English, rising (CEFR)."""

    A1 = "a1"
    A2 = "a2"
    B1 = "b1"
    B2 = "b2"
    C1 = "c1"
    C2 = "c2"
    NATIVE = "native"

    @cached_property
    def rank(self) -> int:
        """0 for the lowest level, one more for each level above it."""
        return list(EnglishLevel).index(self)


_USUAL_MINIMUM = {
    Credential.BOOTCAMP: Education.LESS_THAN_HIGH_SCHOOL,
    Credential.PROFESSIONAL_CERTIFICATE: Education.LESS_THAN_HIGH_SCHOOL,
    Credential.UNDERGRADUATE_CERTIFICATE: Education.HIGH_SCHOOL,
    Credential.ASSOCIATE: Education.HIGH_SCHOOL,
    Credential.BACHELOR: Education.HIGH_SCHOOL,
    Credential.GRADUATE_CERTIFICATE: Education.BACHELOR,
    Credential.MASTER: Education.BACHELOR,
    Credential.DOCTORATE: Education.BACHELOR,
}

_TYPICAL_ENTRANT = {
    Credential.BOOTCAMP: Education.BACHELOR,
    Credential.PROFESSIONAL_CERTIFICATE: Education.SOME_COLLEGE,
    Credential.UNDERGRADUATE_CERTIFICATE: Education.HIGH_SCHOOL,
    Credential.ASSOCIATE: Education.HIGH_SCHOOL,
    Credential.BACHELOR: Education.HIGH_SCHOOL,
    Credential.GRADUATE_CERTIFICATE: Education.BACHELOR,
    Credential.MASTER: Education.BACHELOR,
    Credential.DOCTORATE: Education.MASTER,
}
