"""The panel beside the list: the limits and priorities that move it, in short words."""

from collections.abc import Mapping
from typing import Any

from webapp.domain.profile import Criterion
from webapp.student.forms.practicalities import MODALITY_WORDS, RADIUS_WORDS
from webapp.student.forms.priorities import PRIORITY_OPTIONS, one_for_each_criterion
from webapp.ui.choices import UNKNOWN, CheckboxesField, Option, SelectField
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import NumberField, WholeNumberField, parse_number

LIMITS = ("budget_usd", "months_max", "hours_per_week", "modalities", "radius_km")
NUMBERS = LIMITS[:3]
PRIORITIES = tuple(criterion.value for criterion in Criterion)
Fields = dict[str, dict[str, str | list[str]]]


@one_for_each_criterion(
    lambda title, hint: SelectField(title, hint=hint, options=PRIORITY_OPTIONS, unknown=None, blank="Not said")
)
class PanelForm(BaseForm):
    """Fields of the steps `practicalities` and `priorities` under their own names. What is left empty is not said."""

    budget_usd = WholeNumberField("Budget for tuition", high=10_000_000, prefix="$", example="30,000")
    months_max = WholeNumberField("Longest time", low=1, high=240, suffix="months", example="24")
    hours_per_week = NumberField("Time a week", low=1, high=100, suffix="hours", example="15")
    modalities = CheckboxesField(
        "How", options=[Option(modality.value, words) for modality, (words, _) in MODALITY_WORDS.items()]
    )
    radius_km = SelectField(
        "Farthest campus",
        options=[Option(value, words) for value, words in RADIUS_WORDS.items()],
        unknown=None,
        blank="Not said",
    )

    @classmethod
    def showing(cls, answers: Mapping[str, Mapping[str, Any]]) -> "PanelForm":
        """The panel filled in with what a draft holds."""
        return cls.restored(_held(answers))

    def weights(self) -> list[SelectField]:
        """The fields that say how much each criterion counts."""
        return [self[name] for name in PRIORITIES]

    def changes(self, answers: Mapping[str, Mapping[str, Any]]) -> Fields:
        """The answers that differ from those of a draft, {step: {field: value}}. Call it after `validate()`."""
        now, before = self.draft(), _held(answers)
        now.update({name: _plain(now[name]) for name in NUMBERS})
        told: Fields = {
            "practicalities": {name: now[name] for name in LIMITS if now[name] != before[name]},
            "priorities": {name: now[name] for name in PRIORITIES if now[name] != before[name]},
        }
        return {step: fields for step, fields in told.items() if fields}


def _held(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, str | list[str]]:
    """What a draft holds of the panel's fields; "I don't know" counts as not said."""
    limits, priorities = answers.get("practicalities", {}), answers.get("priorities", {})
    told = {
        **{name: limits.get(name, "") for name in LIMITS},
        **{name: priorities.get(name, "") for name in PRIORITIES},
    }
    held: dict[str, str | list[str]] = {name: "" if value == UNKNOWN else value for name, value in told.items()}
    held.update({name: _plain(held[name]) for name in NUMBERS})
    held["modalities"] = [value for value in told["modalities"] or () if value != UNKNOWN]
    return held


def _plain(written: str | list[str]) -> str:
    """A number in one way of writing, without the signs that stand beside the box: "$30000" and "30k" are "30,000"."""
    try:
        return f"{parse_number(str(written)):,.10g}"
    except ValueError:
        return str(written)
