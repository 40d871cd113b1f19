"""Sentences for requirements: what a rule on entry asks for, what the student said to it, and what closes a gap."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from webapp.domain.label import (
    counted,
    education_label,
    english_label,
    field_label,
    listed,
    state_label,
    subject_label,
    subject_level_label,
)
from webapp.domain.subject import SubjectLevel

ANYTHING = "any"
"""What a rule on the field of study, or on where online students live, needs where all will do."""


class RequirementState(StrEnum):
    """How a student stands to one requirement. `unpublished` and `unsaid` are unknown, from either side."""

    MET = "met"
    NOT_MET = "not_met"
    UNSAID = "unsaid"
    UNPUBLISHED = "unpublished"


def need_sentence(rule: str, needs: Any) -> str:
    """What a rule asks for, without the full stop: `Needs a bachelor's degree`."""
    if rule.startswith("subject."):
        subject = subject_label(rule.removeprefix("subject."))
        if needs == SubjectLevel.NONE:
            return f"Needs no {subject}"
        return f"Needs {subject}: {subject_level_label(needs)}"
    if needs == ANYTHING:
        return _ANYTHING[rule]
    return _NEEDS[rule](needs)


def requirement_sentence(rule: str, needs: Any, has: Any) -> str:
    """What a rule asks for and what the student said, in the words of a gap, whether it is met or not."""
    need = need_sentence(rule, needs)
    if needs == ANYTHING:
        return f"{need}."
    if has is None:
        return f"{need}; you did not say."
    if rule.startswith("subject."):
        return f"{need}; you said: {subject_level_label(has)}."
    return f"{need}; {_HAS[rule](has)}."


def gap_sentence(gap: Mapping[str, Any]) -> str:
    """A requirement that is not met, and what closes it."""
    sentence = requirement_sentence(gap["rule"], gap["needs"], gap["has"])
    if not gap["bridges"]:
        return sentence
    count = len(gap["bridges"])
    return f"{sentence} {'A listed program closes' if count == 1 else f'{count} listed programs close'} this gap."


_ANYTHING: Mapping[str, str] = {
    "field": "Takes people from any field",
    "state": "Takes online students from every state",
}
_NEEDS: Mapping[str, Callable[[Any], str]] = {
    "education": lambda v: f"Needs {education_label(v)}",
    "field": lambda v: f"Takes people who studied {listed([field_label(f) for f in v], 'or')}",
    "gpa": lambda v: f"Needs a GPA of {v:.4g}",
    "work_years": lambda v: f"Needs {counted(v, 'year')} of work" if v else "Needs no years of work",
    "english": lambda v: f"Needs {english_label(v)}",
    "state": lambda v: f"Takes online students who live in {listed([state_label(s) for s in v], 'or')}",
}
_HAS: Mapping[str, Callable[[Any], str]] = {
    "education": lambda v: f"you said: {education_label(v)}",
    "field": lambda v: f"you said: {field_label(v)}",
    "gpa": lambda v: f"you said: {v:.4g}",
    "work_years": lambda v: f"you said: {v:.4g}",
    "english": lambda v: f"you said: {english_label(v)}",
    "state": lambda v: f"you live in {state_label(v)}",
}
