"""Sentences of advice: what one change would do, and which programs lead to the goal step by step.

Reads the JSON of a ranking, stored ones of older engines included: what they do not hold is not said.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from webapp.domain.label import (
    VERDICT_LABELS,
    an,
    counted,
    credential_label,
    distance_label,
    education_label,
    english_label,
    field_label,
    listed,
    modality_label,
    money,
    months_label,
    occupation_label,
    pace_label,
    subject_label,
    subject_level_label,
)

Parameters: TypeAlias = Mapping[str, Any]


def counterfactual_sentence(counterfactual: Parameters) -> str:
    """What one change would do to a match."""
    ((path, value),) = counterfactual["change"].items()
    place, verdict = counterfactual.get("rank"), counterfactual["verdict"]
    opens = counterfactual.get("opens", True)
    effects = [_VERDICTS.get(verdict, VERDICT_LABELS[verdict].lower())] if opens else []
    if place:
        effects.append(f"it would stand at place {place} of your list")
    return f"If {_change(path, value)}, {' and '.join(effects) or 'nothing would change'}."


def pathway_sentence(pathway: Parameters) -> str:
    """How long and how much a chain of programs takes; or that the role wants no further degree."""
    if pathway["kind"] in _NOTES:
        return _NOTES[pathway["kind"]](pathway)
    least = pathway.get("at_least", {})
    months, price = pathway["months"], pathway["tuition_total_usd"]
    length = _sum(None if months is None else months_label(months), least.get("months"), months_label, "length")
    cost = _sum(None if price is None else money(price), least.get("tuition_total_usd"), money, "price")
    subject = _superlative(pathway.get("kinds", [pathway["kind"]]))
    return f"{subject} takes {counted(len(pathway['steps']), 'program')}, one after the other: {length}, {cost}."


def step_sentence(step: Parameters, name: str, institution: str) -> str:
    """One program of a chain: what it is, how long, how much, and what it gives that later steps ask for."""
    months, price = step.get("months"), step.get("tuition_total_usd")
    facts = [
        "length not published" if months is None else months_label(months),
        "price not published" if price is None else money(price),
    ]
    sentence = f"{name}, {institution}" + (f" ({', '.join(facts)})." if "months" in step else ".")
    return f"{sentence} {gains_sentence(step)}".strip()


def gains_sentence(step: Parameters) -> str:
    """What one program of a chain gives that later steps ask for; empty where it is the last."""
    given = [text for text in (_given(rule, step.get("gives", {})) for rule in step["closes"]) if text]
    if given:
        return f"It gives you what later steps ask for: {listed(given)}."
    return "It opens the next step to you." if step["closes"] else ""


def _change(path: str, value: Any) -> str:
    section, key = path.split(".")
    if section == "subjects":
        return _SUBJECT_CHANGES[value](subject_label(key))
    return _CHANGES[path](value)


_VERDICTS: Mapping[str, str] = {
    "eligible": "you would meet every requirement it publishes",
    "likely": "you would meet what it publishes of its requirements",
    "conditional": "a listed course or program would close what is left",
    "unknown": "nothing you told us would speak against entry",
    "not_yet": "it would still ask for more",
}
_SUBJECT_CHANGES: Mapping[str, Callable[[str], str]] = {
    "none": lambda subject: f"you had no {subject}",
    "self_study": lambda subject: f"you taught yourself {subject}",
    "one_course": lambda subject: f"you took one course in {subject}",
    "several_courses": lambda subject: f"you took several courses in {subject}",
    "used_at_work": lambda subject: f"you used {subject} at work",
}
_CHANGES: Mapping[str, Callable[[Any], str]] = {
    "background.work_years": lambda v: f"you had {counted(v, 'year')} of work behind you",
    "background.english": lambda v: f"you could show {english_label(v)}",
    "practical.budget_usd": lambda v: f"you could pay {money(v)} in all",
    "practical.months_max": lambda v: f"you allowed {months_label(v)} to finish",
    "practical.hours_per_week": lambda v: f"you had {counted(v, 'hour')} a week",
    "practical.start_within_months": lambda v: f"you could wait {months_label(v)} for the start",
    "practical.radius_km": lambda v: f"you travelled up to {distance_label(v)}",
    "practical.pace": lambda v: f"you studied {pace_label(v)}",
    "practical.modalities": lambda v: f"you could study {listed([modality_label(m) for m in v], 'or')}",
}


def _sum(whole: str | None, least: float | None, label: Callable[[float], str], what: str) -> str:
    if whole is not None:
        return f"{whole} in all"
    some = "" if least is None else f"at least {label(least)}, "
    return f"{some}{what} not published by all of them"


def _superlative(kinds: list[str]) -> str:
    adjectives = [kind for kind in kinds if kind != "fewest_steps"]
    if not adjectives:
        return "The way with the fewest steps"
    way = f"The {listed(adjectives)} way"
    return f"{way}, and the one with the fewest steps," if "fewest_steps" in kinds else way


def _given(rule: str, gives: Parameters) -> str:
    if rule == "education":
        return education_label(gives["education"]) if "education" in gives else ""
    if rule == "field":
        return f"a degree in {field_label(gives['field'])}" if "field" in gives else ""
    subject = rule.removeprefix("subject.")
    level = gives.get("subjects", {}).get(subject)
    return f"{subject_label(subject)} ({subject_level_label(level)})" if level else ""


def _without_degree(note: Parameters) -> str:
    roads = listed([an(credential_label(credential)) for credential in note["credentials"]], "or")
    job = an(occupation_label(note["occupation"]))
    return f"You can become {job} without a degree: people also start there with {roads}."


def _degree_held(note: Parameters) -> str:
    held = an(credential_label(note["credentials"][0]))
    job = an(occupation_label(note["occupation"]))
    return (
        f"You may need no further degree to become {job}: most people who start there have {held}, and you have one "
        f"in a field that leads there. A course in what you still lack may do."
    )


_NOTES: Mapping[str, Callable[[Parameters], str]] = {
    "no_degree_needed": _without_degree,
    "degree_held": _degree_held,
}
