"""From the steps of the form to a profile: the steps in order, `profile_of`, and what the age allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webapp.domain.age import AgeBand
from webapp.domain.age import may_be_introduced as age_allows_introductions
from webapp.domain.profile import Profile
from webapp.student.forms.age import AgeForm
from webapp.student.forms.background import BackgroundForm
from webapp.student.forms.goal import GoalForm
from webapp.student.forms.practicalities import PracticalitiesForm
from webapp.student.forms.priorities import PrioritiesForm
from webapp.student.forms.step import StepForm
from webapp.student.forms.subjects import SubjectsForm

Answers = Mapping[str, Mapping[str, Any]]
"""`{step: {field: what was typed}}`, as a draft keeps it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form: its place in the address, the section of the profile it fills (if any), and its words."""

    slug: str
    section: str | None
    name: str
    title: str
    lead: str
    form: type[StepForm]


AGE = Step(
    "age",
    None,
    "Age",
    "First, how old are you?",
    "We ask everybody this once, because the law protects the details of younger people more strictly. "
    "It has no part in the ranking.",
    AgeForm,
)
GOAL = Step(
    "goal",
    "goal",
    "Goal",
    "Where do you want to go?",
    "Say as much as you know. You can change it later.",
    GoalForm,
)
PROFILE_STEPS = (
    GOAL,
    Step(
        "background",
        "background",
        "Background",
        "What have you done so far?",
        "Programs have rules about whom they take. With this we can tell which of them you meet.",
        BackgroundForm,
    ),
    Step(
        "subjects",
        "subjects",
        "Subjects",
        "Which subjects do you know?",
        "Many programs take people from any field who know some of these. If something is missing, "
        "we look for a course that closes the gap.",
        SubjectsForm,
    ),
    Step(
        "practicalities",
        "practical",
        "Practicalities",
        "What fits your life?",
        "Where you can study, how much time you have and what you can pay.",
        PracticalitiesForm,
    ),
    Step(
        "priorities",
        "priorities",
        "Priorities",
        "What matters most?",
        "This decides the order of your list. Only you can set it; no school can.",
        PrioritiesForm,
    ),
)
"""The steps that the ranking reads."""
STEPS = (AGE, *PROFILE_STEPS)
_BY_SLUG = {step.slug: step for step in STEPS}


def find_step(slug: str) -> Step | None:
    """The step at this place in the address, or None."""
    return _BY_SLUG.get(slug)


def number_of(step: Step) -> int:
    """The place of a step, from 1."""
    return STEPS.index(step) + 1


def first_open_step(answers: Answers) -> Step | None:
    """The first step not yet answered; None when all are."""
    return next((step for step in STEPS if step.slug not in answers), None)


def age_of(answers: Answers) -> AgeBand | None:
    """The age band that was told; None where it was not asked yet or the student would rather not say."""
    told = answers.get(AGE.slug, {}).get("age")
    return next((band for band in AgeBand if band == told), None)


def may_be_introduced(answers: Answers) -> bool:
    """Whether schools may be offered to whoever gave these answers: never to anybody who said to be under 18."""
    return age_allows_introductions(age_of(answers))


def is_adult(answers: Answers) -> bool:
    """Whether the student said to be 18 or older. Who did not say is asked again where it matters."""
    return age_of(answers) is AgeBand.ADULT


def profile_of(answers: Answers) -> Profile:
    """The profile that the answers make; what is missing or not valid stays unknown.

    Needs an application context, for the forms read their settings there. Raises ProfileError where the answers are
    fine one by one and still make no profile; its paths name the answers.
    """
    sections: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        form = step.form.restored(answers.get(step.slug), csrf=False)
        form.validate()
        for section, values in form.profile_part().items():
            sections.setdefault(section, {}).update(values)
    return Profile.from_json({section: values for section, values in sections.items() if values})
