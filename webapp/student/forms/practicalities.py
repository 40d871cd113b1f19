"""Step 4: the limits of daily life: where, when, how long, how much."""

from typing import Any, ClassVar

from wtforms.validators import ValidationError

from webapp.domain.geography import STATES
from webapp.domain.profile import ZIP_CODE, Modality, Pace
from webapp.student.forms.country import HOME, country_options
from webapp.student.forms.step import AskedWhen, ProfilePart, StepForm
from webapp.ui.choices import UNKNOWN, CheckboxesField, Option, RadioField, SelectField
from webapp.ui.fields import TextField
from webapp.ui.numbers import NumberField, WholeNumberField

MODALITY_WORDS = {
    Modality.ONLINE: ("Online", "From home, on a computer."),
    Modality.HYBRID: ("Partly online", "Some days on a campus, the rest from home."),
    Modality.ON_CAMPUS: ("On a campus", "In person."),
}
PACE_WORDS = {
    Pace.FULL_TIME: ("Full time", "Study is the main thing you do."),
    Pace.PART_TIME: ("Part time", "Fewer hours a week, beside a job or a family."),
}
RADIUS_WORDS = {
    "25": "About 15 miles",
    "50": "About 30 miles",
    "80": "About 50 miles",
    "160": "About 100 miles",
    "320": "About 200 miles",
    "800": "About 500 miles",
}
"""Kilometres, as the profile counts, in the miles people say."""
START_WORDS = {
    "3": "Within 3 months",
    "6": "Within 6 months",
    "12": "Within a year",
    "24": "Within two years",
}
_AT_HOME = AskedWhen("country", frozenset((HOME,)), "Only if you live in the United States.")
_ON_SITE = AskedWhen(
    "modalities",
    frozenset((Modality.HYBRID.value, Modality.ON_CAMPUS.value, UNKNOWN)),
    "Only if you would go to a campus in the United States.",
)


class ZipCode:
    """Five digits, or nine."""

    def __call__(self, _form: Any, field: Any) -> None:
        if not ZIP_CODE.fullmatch(field.data):
            raise ValidationError("Write the ZIP code as five digits, such as 94110.")


class PracticalitiesForm(StepForm):
    """How and where to study, time and money. Distances are known within the United States only."""

    follow_ups: ClassVar = {"state": (_AT_HOME,), "postal_code": (_AT_HOME,), "radius_km": (_AT_HOME, _ON_SITE)}
    modalities = CheckboxesField(
        "How could you study?",
        hint="Choose all that would work.",
        options=[Option(modality.value, *words) for modality, words in MODALITY_WORDS.items()],
        unknown="Any way, or I don't know",
    )
    country = SelectField(
        "Which country do you live in?",
        hint="Where you would study from, if it is online.",
        options=country_options(),
        unknown="I'd rather not say",
        width="m",
        autocomplete="country",
    )
    state = SelectField(
        "Which state or territory do you live in?",
        hint="Online programs may take students from some states and not from others.",
        options=[Option(code, name) for code, name in sorted(STATES.items(), key=lambda item: item[1])],
        unknown="I'd rather not say",
        width="m",
    )
    postal_code = TextField(
        "ZIP code",
        hint="Five digits. It tells us how far campuses are. Leave it empty if you would rather not say.",
        max_length=11,
        autocomplete="postal-code",
        inputmode="numeric",
        width="s",
        checks=[ZipCode()],
    )
    radius_km = SelectField(
        "How far would you travel to a campus?",
        hint="One way, from where you live.",
        options=[Option(value, words) for value, words in RADIUS_WORDS.items()],
        unknown="I don't know",
        width="m",
    )
    pace = RadioField(
        "Full time or part time?",
        options=[Option(pace.value, *words) for pace, words in PACE_WORDS.items()],
        unknown="Either, or I don't know",
    )
    hours_per_week = NumberField(
        "How many hours a week can you study?",
        hint="Classes and homework together, in a normal week. Leave it empty if you don't know.",
        low=1,
        high=100,
        suffix="hours",
        example="15",
    )
    start_within_months = RadioField(
        "When would you like to start?",
        options=[Option(value, words) for value, words in START_WORDS.items()],
        unknown="At any time, or I don't know",
    )
    months_max = WholeNumberField(
        "What is the longest the program may take?",
        hint="In months: one year is 12, two years are 24. Leave it empty if you don't know.",
        low=1,
        high=240,
        suffix="months",
        example="24",
    )
    budget_usd = WholeNumberField(
        "How much can you spend on tuition in total?",
        hint="Tuition is what a school charges for teaching. Think of the whole program, in US dollars. Count grants "
        "and loans you plan on; leave out rent, food and books. Leave it empty if you don't know or would rather "
        "not say.",
        high=10_000_000,
        prefix="$",
        example="30,000",
    )

    def profile_part(self) -> ProfilePart:
        """The section `practical`."""
        part = self.gathered(
            modalities="modalities",
            country="country",
            state="state",
            postal_code="postal_code",
            pace="pace",
            hours_per_week="hours_per_week",
            months_max="months_max",
            budget_usd="budget_usd",
        )
        for name in ("radius_km", "start_within_months"):
            value = self.said(name)
            if value is not None:
                part[name] = int(value)
        return {"practical": part}
