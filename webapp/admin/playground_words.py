"""What the playground says: limits with their numbers, and what it would take."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.domain import label
from webapp.domain.listing import Listing
from webapp.domain.listing_words import teaching, where
from webapp.domain.requirement import requirement_sentence
from webapp.matching.judging import Requirement
from webapp.matching.why_not import Obstacle, Step, WhyNot

_ANSWERS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "practical.budget_usd": ("budget", label.money),
    "practical.months_max": ("time to finish", label.months_label),
    "practical.hours_per_week": ("hours a week", lambda v: f"{v:g}"),
    "practical.start_within_months": ("wait for the start", label.months_label),
    "practical.radius_km": ("distance", label.distance_label),
    "practical.pace": ("pace", label.pace_label),
    "practical.modalities": (
        "ways of teaching",
        lambda v: label.listed([label.modality_label(each) for each in v], "or"),
    ),
    "goal.credentials": ("credentials", lambda v: _either(v, label.credential_label)),
    "background.work_years": ("years of work", lambda v: f"{v:g}"),
    "background.english": ("", label.english_label),
}


def limit_name(rule: str) -> str:
    """A hard limit as staff call it: by its criterion."""
    names = {"hidden": "having been put aside", "background": "background"}
    return names.get(rule) or label.criterion_label(rule).lower()


def obstacle_sentence(obstacle: Obstacle, listing: Listing) -> str:
    """One limit with its numbers: "Cost is a must: the budget is $30,000, this program needs $64,700."."""
    name = _upper(limit_name(obstacle.rule))
    if obstacle.rule == "hidden":
        return "The student put it aside."
    if obstacle.path:
        what, say = _ANSWERS[obstacle.path]
        has = "not told" if obstacle.has is None else say(obstacle.has)
        return f"{name} is a must: {what} {has}; for this program it would have to be {say(obstacle.needs)}."
    if obstacle.rule == "place":
        taught = " in ".join(part for part in (teaching(listing), where(listing)) if part) or "nowhere published"
        return f"{name} is a must, and it cannot be reached from where the student lives: {taught}."
    if obstacle.rule == "background":
        return f"{name} is a must, and entry is not open yet: see what it asks for."
    return f"{name} is a must, and this program breaks it."


def step_sentence(step: Step) -> str:
    """What came of other answers: "With budget $64,700: place 3, likely."."""
    changes = label.listed([_change(path, value) for path, value in step.changes])
    verdict = label.verdict_label(step.verdict).lower()
    if step.limits:
        return f"With {changes}: still left out by {label.listed([limit_name(each) for each in step.limits])}."
    place = "further down than place 100" if step.place is None else f"place {step.place}"
    return f"With {changes}: {place} ({verdict})."


def standing_sentence(why: WhyNot) -> str:
    """Where the program stands, in one sentence."""
    judged = why.judgement
    if judged.limits:
        return f"Left out by {label.listed([limit_name(each) for each in judged.limits])}."
    if judged.place is None:
        return "In the list, but further down than place 100."
    return f"At place {judged.place} of the list."


def requirement_words(requirement: Requirement) -> str:
    """One requirement held against the student, in words."""
    rule, needs = requirement.rule, requirement.needs
    if needs is None:
        return f"{_upper(label.rule_label(rule))}: what it asks for is not published."
    if requirement.assumed:
        return f"{_upper(label.rule_label(rule))}: not published; usual is {label.education_label(needs)}."
    return (
        requirement_sentence(rule, needs, requirement.has)
        .replace("; you said: ", "; told: ")
        .replace("; you did not say", "; not told")
    )


def _change(path: str, value: Any) -> str:
    section, key = path.split(".")
    if section == "priorities":
        return f"{label.criterion_label(key).lower()} {label.priority_label(value)} instead of a must"
    if section == "subjects":
        return f"{label.subject_label(key)}: {label.subject_level_label(value)}"
    what, say = _ANSWERS[path]
    return f"{what} {say(value)}".strip()


def _either(values: Any, words: Callable[[str], str]) -> str:
    return label.listed([words(each) for each in values], "or")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
