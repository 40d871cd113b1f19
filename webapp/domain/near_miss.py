"""Sentences for near misses: what a hard limit, moved a little, would let in."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.domain.label import an, counted, credential_label, distance_label, modality_label, money, months_label


def near_miss_sentence(miss: Mapping[str, Any]) -> str:
    """A near miss as one sentence: `3 more if you raise the budget to $34,000.`"""
    ((path, value),) = miss["change"].items()
    if isinstance(value, list):
        value = next(item for item in value if item not in miss["from"])
    return f"{miss['more']:,} more if {CHANGES[path](value)}."


CHANGES: Mapping[str, Callable[[Any], str]] = {
    "practical.budget_usd": lambda v: f"you raise the budget to {money(v)}",
    "practical.months_max": lambda v: f"you allow {months_label(v)} to finish",
    "practical.start_within_months": lambda v: f"you can wait {months_label(v)} for the start",
    "practical.hours_per_week": lambda v: f"you can give {counted(v, 'hour')} a week",
    "practical.pace": lambda _: "any pace would do",
    "practical.radius_km": lambda v: f"you would travel up to {distance_label(v)}",
    "practical.modalities": lambda v: f"you would also study {modality_label(v)}",
    "goal.credentials": lambda v: f"you would also take {an(credential_label(v))}",
}
"""What the student would do, by the answer that moves."""
