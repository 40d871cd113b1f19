"""The form of weights: one box for each figure, filled with those that are live."""

from collections.abc import Mapping
from typing import Any

from webapp.domain.errors import Problem, Refused
from webapp.domain.label import CRITERION_LABELS
from webapp.domain.profile import Criterion
from webapp.domain.weights_version import NOTE_LIMIT
from webapp.matching.weights import MOST_FACTOR, MOST_WEIGHT, UNASKED, Weights
from webapp.ui.fields import HiddenField, TextAreaField
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import NumberField

_FACTORS = {"must": "a must", "important": "important", "nice": "nice to have"}
FIGURES: Mapping[str, tuple[str, float]] = {
    **{f"criteria_{each}": (CRITERION_LABELS[each], MOST_WEIGHT) for each in Criterion},
    **{f"priorities_{key}": (f"Times, where it is {words}", MOST_FACTOR) for key, words in _FACTORS.items()},
    **{
        f"unasked_{each}": (f"Times, where nothing was said: {CRITERION_LABELS[each].lower()}", 1.0) for each in UNASKED
    },
    "vague": ("Times, where all that was said is a sentence: interests", 1.0),
}
"""Every figure by the name of its field: its words, and the most it may be."""


class NoteForm(BaseForm):
    """Why, in words that stay."""

    note = TextAreaField(
        "Note",
        rows=3,
        max_length=NOTE_LIMIT,
        hint="Why these weights are better. It stays with the version.",
        required="Say why these weights are better.",
    )
    live = HiddenField(max_length=100)


class WeightsForm(BaseForm):
    """One box for each figure. A box that is left empty keeps what is live."""

    @property
    def figures(self) -> list[Any]:
        """The fields of the figures, in order."""
        return [self[name] for name in FIGURES]


class ProposalForm(WeightsForm):
    """The figures, carried along, and why."""

    note = NoteForm.note


def weights_form(kind: type[WeightsForm], live: Weights, formdata: Any = None) -> WeightsForm:
    """The form with its boxes, filled from `formdata`, else with the live figures."""
    fields = {
        name: NumberField(words, high=most, example=f"{_flat(live)[name]:g}", width="s")
        for name, (words, most) in FIGURES.items()
    }
    made = type(kind.__name__, (kind,), fields)
    return made(formdata=formdata, data=_flat(live))  # type: ignore[no-any-return]  # a class made here


def weights_of(form: WeightsForm, live: Weights) -> Weights | None:
    """The weights that the form tells; None, with the problems beside their fields, where they cannot be meant."""
    if not form.validate():
        return None
    told = _flat(live)
    told.update({name: form[name].data for name in FIGURES if form[name].data is not None})
    try:
        return Weights.from_json("tried", _nested(told))
    except Refused as refusal:
        for problem in refusal.problems:
            _put(form, problem)
        return None


def differences(live: Weights, other: Weights) -> list[tuple[str, float, float, bool]]:
    """Every figure in words: live, other, and whether they differ."""
    one, two = _flat(live), _flat(other)
    return [(words, one[name], two[name], one[name] != two[name]) for name, (words, _) in FIGURES.items()]


def hidden_figures(weights: Weights) -> dict[str, str]:
    """The figures as fields to carry along."""
    return {name: f"{value:.9f}".rstrip("0").rstrip(".") for name, value in _flat(weights).items()}


def _put(form: WeightsForm, problem: Problem) -> None:
    field = form[problem.where.replace(".", "_")]
    field.errors = [*field.errors, f"{problem.what} {problem.remedy}".strip()]


def _flat(weights: Weights) -> dict[str, float]:
    told = weights.to_json()
    flat = {
        f"{section}_{key}": value for section, held in told.items() if section != "vague" for key, value in held.items()
    }
    return {**flat, "vague": told["vague"]}


def _nested(flat: Mapping[str, float]) -> dict[str, Any]:
    nested: dict[str, Any] = {"vague": flat["vague"]}
    for name, value in flat.items():
        section, _, key = name.partition("_")
        if key:
            nested.setdefault(section, {})[key] = value
    return nested
