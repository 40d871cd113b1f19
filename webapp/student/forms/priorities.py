"""Step 5: what matters most."""

from collections.abc import Callable
from typing import TypeVar

from webapp.domain.profile import Criterion, Priority
from webapp.student.forms.step import ProfilePart, StepForm
from webapp.ui.choices import Option, RadioField
from webapp.ui.forms import BaseForm

PRIORITY_WORDS = {
    Priority.MUST: "Must",
    Priority.IMPORTANT: "Important",
    Priority.NICE: "Nice to have",
    Priority.IGNORE: "Not at all",
}
CRITERION_WORDS = {
    Criterion.GOAL: ("Leads to my goal", "Must: only the kinds of program you ticked"),
    Criterion.BACKGROUND: ("Fits what I bring", "Must: nothing whose entry rules are out of reach"),
    Criterion.COST: ("Cost", "Must: nothing over your budget"),
    Criterion.DURATION: ("Time to finish", "Must: nothing longer than you said"),
    Criterion.SCHEDULE: ("Hours and pace", "Must: only your pace and your hours"),
    Criterion.PLACE: ("Place", "Must: only ways and places you can reach"),
    Criterion.START: ("Start date", "Must: only starts as soon as you said"),
    Criterion.OUTCOMES: ("How graduates do", "Their pay and jobs, where published"),
    Criterion.INTERESTS: ("My topics", "The topics and words you wrote"),
}


PRIORITY_OPTIONS = tuple(Option(priority.value, words) for priority, words in PRIORITY_WORDS.items())

_Form = TypeVar("_Form", bound=type[BaseForm])


def one_for_each_criterion(field_of: Callable[[str, str], object]) -> Callable[[_Form], _Form]:
    """Adds a field to a form for each criterion, under its name; `field_of` makes it from a title and a hint."""

    def add(form: _Form) -> _Form:
        for criterion, (title, hint) in CRITERION_WORDS.items():
            setattr(form, criterion.value, field_of(title, hint))
        return form

    return add


@one_for_each_criterion(lambda title, hint: RadioField(title, hint=hint, options=PRIORITY_OPTIONS, unknown="Not sure"))
class PrioritiesForm(StepForm):
    """One row of weights for each criterion."""

    def weights(self) -> list[RadioField]:
        """The fields in their order on the page."""
        return [self[criterion.value] for criterion in CRITERION_WORDS]

    def profile_part(self) -> ProfilePart:
        """The section `priorities`."""
        return {"priorities": self.gathered(**{criterion.value: criterion.value for criterion in Criterion})}
