"""The step before all others: how old the student is, in bands.

The words are neutral: nothing tells which answer leads where, so that nobody has a reason to choose another.
"""

from webapp.domain.age import AgeBand
from webapp.student.forms.step import ProfilePart, StepForm
from webapp.ui.choices import Option, RadioField

AGE_WORDS = {
    AgeBand.ADULT: "18 or older",
    AgeBand.TEEN: "13 to 17",
    AgeBand.CHILD: "Under 13",
}


class AgeForm(StepForm):
    """One question, which has to be answered; "rather not say" is an answer."""

    age = RadioField(
        "How old are you?",
        required="Choose one of these. “I'd rather not say” is an answer too.",
        options=[Option(band.value, words) for band, words in AGE_WORDS.items()],
        unknown="I'd rather not say",
    )

    @property
    def is_child(self) -> bool:
        """Whether the student says that they are a child. Call it after `validate()`."""
        return bool(self.said("age") == AgeBand.CHILD)

    def profile_part(self) -> ProfilePart:
        """Nothing: age has no part in the ranking (docs/decisions/0020)."""
        return {}
