"""What the student asked for, in words, step by step, with the place to change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.country import country_label
from webapp.domain.label import (
    MODALITY_LABELS,
    PACE_LABELS,
    listed,
    money,
    months_label,
    occupation_label,
    state_label,
)
from webapp.domain.profile import Profile
from webapp.student.answers import PROFILE_STEPS, Step
from webapp.student.forms.background import EDUCATION_WORDS, ENGLISH_WORDS, field_title
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.student.forms.practicalities import RADIUS_WORDS
from webapp.student.forms.priorities import CRITERION_WORDS, PRIORITY_WORDS
from webapp.student.forms.subjects import LEVEL_WORDS, SUBJECT_WORDS


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class StepSummary:
    """The answers of one step; empty where nothing was said."""

    step: Step
    answers: tuple[Answer, ...]


def summary_of(profile: Profile) -> tuple[StepSummary, ...]:
    """Every step that the ranking reads, with its answers, in the order of the form."""
    told = profile.to_json()
    return tuple(StepSummary(step, tuple(_answers(step, told))) for step in PROFILE_STEPS)


def _answers(step: Step, told: Mapping[str, Mapping[str, Any]]) -> list[Answer]:
    section = step.section or step.slug
    given = told.get(section, {})
    if section == "subjects":
        return [Answer(SUBJECT_WORDS[key][0], _LEVELS[level]) for key, level in _named(SUBJECT_WORDS, given)]
    if section == "priorities":
        return [Answer(CRITERION_WORDS[key][0], PRIORITY_WORDS[value]) for key, value in _named(CRITERION_WORDS, given)]
    return [Answer(label, words(given[key])) for key, (label, words) in _WORDS[section].items() if key in given]


def _named(words: Mapping[Any, Any], given: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    return [(key, given[key.value]) for key in words if key.value in given]


def _hours(value: float) -> str:
    return f"{value:g} hours a week"


def _radius(value: float) -> str:
    return RADIUS_WORDS.get(f"{value:g}", f"About {value / 1.609344:.0f} miles")


_LEVELS: Mapping[str, str] = {**{level.value: words for level, words in LEVEL_WORDS.items()}, "unknown": "Don't know"}

_WORDS: Mapping[str, Mapping[str, tuple[str, Callable[[Any], str]]]] = {
    "goal": {
        "occupation": ("Job", lambda v: occupation_label(v)[:1].upper() + occupation_label(v)[1:]),
        "words": ("In your words", lambda v: f"“{v}”"),
        "credentials": ("Kinds of program", lambda v: listed([CREDENTIAL_WORDS[c][0] for c in v], "or")),
        "interests": ("Topics", lambda v: ", ".join(v)),
    },
    "background": {
        "education": ("Education", lambda v: EDUCATION_WORDS[v][0]),
        "field": ("Field", field_title),
        "gpa": ("GPA", lambda v: f"{v:g} of 4"),
        "work_years": ("Work", lambda v: f"{v:g} {'year' if v == 1 else 'years'}"),
        "english": ("English", lambda v: ENGLISH_WORDS[v]),
    },
    "practical": {
        "modalities": ("How", lambda v: listed([MODALITY_LABELS[m] for m in v], "or").capitalize()),
        "country": ("Country", country_label),
        "state": ("State", state_label),
        "postal_code": ("ZIP code", str),
        "radius_km": ("Distance", _radius),
        "pace": ("Pace", lambda v: PACE_LABELS[v].capitalize()),
        "hours_per_week": ("Time", _hours),
        "start_within_months": ("Start", lambda v: f"Within {months_label(v)}"),
        "months_max": ("At most", months_label),
        "budget_usd": ("Budget", money),
    },
}
