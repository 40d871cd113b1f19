"""Step 1: where the student wants to go."""

from webapp.domain.credential import Credential
from webapp.domain.occupation import occupations
from webapp.domain.profile import WORDS_LIMIT
from webapp.student.forms.step import ProfilePart, StepForm
from webapp.student.forms.text import NoAddress, Topics, phrases
from webapp.ui.choices import CheckboxesField, Option, SelectField
from webapp.ui.fields import TextAreaField

OTHER_JOB = "other"
_GROUPS = (
    ("15-2", "Data and mathematics"),
    ("15-1", "Computing and software"),
    ("11-", "Management"),
    ("13-", "Business and finance"),
    ("17-", "Engineering"),
    ("19-", "Science"),
    ("25-", "Teaching"),
)

CREDENTIAL_WORDS = {
    Credential.BOOTCAMP: ("Bootcamp", "A few intensive months of training for a job. Usually no college credit."),
    Credential.PROFESSIONAL_CERTIFICATE: (
        "Professional certificate",
        "A short set of courses, without college credit.",
    ),
    Credential.UNDERGRADUATE_CERTIFICATE: ("Undergraduate certificate", "A few college courses, below a degree."),
    Credential.ASSOCIATE: ("Associate degree", "About two years of college."),
    Credential.BACHELOR: ("Bachelor's degree", "About four years of college."),
    Credential.GRADUATE_CERTIFICATE: ("Graduate certificate", "A few courses for people with a bachelor's degree."),
    Credential.MASTER: ("Master's degree", "One to three years after a bachelor's degree."),
    Credential.DOCTORATE: ("Doctorate (Ph.D.)", "Several years of research, usually for research jobs."),
}
"""Each award in plain words: its name, and what it is."""


def job_options() -> list[Option]:
    """Every job there is a row for, those of the field first; last, that it is another."""
    options = []
    for prefix, group in _GROUPS:
        options += [
            Option(soc, _sentence(job.plain_title), group=group)
            for soc, job in occupations().items()
            if soc.startswith(prefix)
        ]
    listed = {option.value for option in options}
    rest = [Option(soc, _sentence(job.plain_title), group="More") for soc, job in occupations().items()]
    return [*options, *(option for option in rest if option.value not in listed), Option(OTHER_JOB, "Something else")]


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


class GoalForm(StepForm):
    """The job in mind, in a list and in own words; kinds of program; topics."""

    occupation = SelectField(
        "Which job is closest to what you want?",
        hint="Choose the nearest one. We use it to see which fields of study lead there. You commit to nothing.",
        options=job_options(),
        unknown="I don't know yet",
    )
    words = TextAreaField(
        "In your own words, what do you want to do?",
        hint="One or two sentences, for example: “Build tools that help hospitals plan their staff.” "
        "Please leave out your name and contact details.",
        rows=3,
        max_length=WORDS_LIMIT,
        checks=[NoAddress()],
    )
    credentials = CheckboxesField(
        "Which kinds of program would you consider?",
        hint="Choose all that would work for you. “College credit” counts toward a degree later.",
        options=[Option(credential.value, *words) for credential, words in CREDENTIAL_WORDS.items()],
        unknown="Any of them, or I don't know",
    )
    interests = TextAreaField(
        "Which topics interest you?",
        hint="Subjects or kinds of work, with a comma between two, for example: public health, computer vision, "
        "robotics. Leave it empty if nothing comes to mind.",
        rows=2,
        max_length=1000,
        checks=[NoAddress(), Topics()],
    )

    def profile_part(self) -> ProfilePart:
        """The section `goal`."""
        goal = self.gathered(occupation="occupation", words="words", credentials="credentials")
        if goal.get("occupation") == OTHER_JOB:
            del goal["occupation"]
        interests = phrases(self.said("interests"))
        return {"goal": {**goal, "interests": interests} if interests else goal}
