"""Step 5: what matters most."""

from webapp.domain.profile import Criterion, Priority
from webapp.student.forms.step import ProfilePart, StepForm
from webapp.ui.choices import Option, RadioField

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


def _weight_of(criterion: Criterion) -> RadioField:
    title, hint = CRITERION_WORDS[criterion]
    options = [Option(priority.value, words) for priority, words in PRIORITY_WORDS.items()]
    return RadioField(title, hint=hint, options=options, unknown="Not sure")


class PrioritiesForm(StepForm):
    """One row of weights for each criterion."""

    goal = _weight_of(Criterion.GOAL)
    background = _weight_of(Criterion.BACKGROUND)
    cost = _weight_of(Criterion.COST)
    duration = _weight_of(Criterion.DURATION)
    schedule = _weight_of(Criterion.SCHEDULE)
    place = _weight_of(Criterion.PLACE)
    start = _weight_of(Criterion.START)
    outcomes = _weight_of(Criterion.OUTCOMES)
    interests = _weight_of(Criterion.INTERESTS)

    def profile_part(self) -> ProfilePart:
        """The section `priorities`."""
        return {"priorities": self.gathered(**{criterion.value: criterion.value for criterion in Criterion})}
