"""The subjects that decide most admissions to quantitative programs, and how well someone knows one."""

from enum import StrEnum
from functools import cached_property


class Subject(StrEnum):
    """A subject a program may ask for beforehand."""

    PROGRAMMING = "programming"
    STATISTICS = "statistics"
    CALCULUS = "calculus"
    LINEAR_ALGEBRA = "linear_algebra"
    DATABASES = "databases"
    MACHINE_LEARNING = "machine_learning"


class SubjectLevel(StrEnum):
    """How well someone knows a subject, rising. `unknown` is allowed in a profile only, and has no rank."""

    NONE = "none"
    SELF_STUDY = "self_study"
    ONE_COURSE = "one_course"
    SEVERAL_COURSES = "several_courses"
    USED_AT_WORK = "used_at_work"
    UNKNOWN = "unknown"

    @cached_property
    def rank(self) -> int:
        """0 for `none`, one more for each level above it; -1 for `unknown`."""
        return -1 if self is SubjectLevel.UNKNOWN else list(SubjectLevel).index(self)


RANKED_LEVELS = tuple(level for level in SubjectLevel if level is not SubjectLevel.UNKNOWN)
