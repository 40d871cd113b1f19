"""Step 2: what the student brings."""

from typing import ClassVar

from webapp.domain.credential import Education, EnglishLevel
from webapp.domain.field import FIELDS
from webapp.student.forms.step import RATHER_NOT, AskedWhen, ProfilePart, StepForm
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.numbers import NumberField

EDUCATION_WORDS = {
    Education.LESS_THAN_HIGH_SCHOOL: ("I have not finished high school", "Or you are still there."),
    Education.HIGH_SCHOOL: ("High school", "A diploma, or a test that counts as one (GED, HiSET)."),
    Education.SOME_COLLEGE: ("Some college, no degree", "You took college courses but did not finish a degree."),
    Education.ASSOCIATE: ("Associate degree", "About two years, for example at a community college."),
    Education.BACHELOR: ("Bachelor's degree", "A first degree, usually of three or four years."),
    Education.MASTER: ("Master's degree", "A degree after the bachelor's."),
    Education.DOCTORATE: ("Doctorate", "For example a Ph.D. or M.D."),
}
ENGLISH_WORDS = {
    EnglishLevel.NATIVE: "It is my first language",
    EnglishLevel.C2: "As easily as my first language (C2)",
    EnglishLevel.C1: "I can study and work in English with ease (C1)",
    EnglishLevel.B2: "I can follow a lecture and join a discussion (B2)",
    EnglishLevel.B1: "I manage most everyday talk (B1)",
    EnglishLevel.A2: "I can talk about simple, familiar things (A2)",
    EnglishLevel.A1: "I know some words and phrases (A1)",
}
_TESTED = {
    EnglishLevel.C2: "IELTS 8.5 or 9",
    EnglishLevel.C1: "IELTS 7 to 8",
    EnglishLevel.B2: "IELTS 5.5 to 6.5",
    EnglishLevel.B1: "IELTS 4 to 5",
}
"""The band scores that the makers of IELTS set beside the levels of the European scale."""
_COMMON = ("11", "27", "14", "40", "26", "52", "45", "42", "51", "13", "23", "24", "50", "54", "09")
_NOT_MAJORS = ("21", "32", "33", "34", "35", "36", "37", "53")
_COLLEGE = AskedWhen(
    "education",
    frozenset(
        level.value for level in Education if level not in (Education.LESS_THAN_HIGH_SCHOOL, Education.HIGH_SCHOOL)
    ),
    "Only if you have been to college.",
)


def field_title(family: str) -> str:
    """A field of study as people say it: the beginning in upper case, the afterthought in brackets."""
    title, _, among = FIELDS[family].partition(", data science")
    title = f"{title} (such as data science)" if among else title
    return title[:1].upper() + title[1:]


def _field_options() -> list[Option]:
    common = [Option(family, field_title(family), group="Often chosen") for family in _COMMON]
    rest = sorted((field_title(family), family) for family in FIELDS if family not in (*_COMMON, *_NOT_MAJORS))
    return [*common, *(Option(family, title, group="All other fields") for title, family in rest)]


class BackgroundForm(StepForm):
    """Schooling, grades, work and English."""

    follow_ups: ClassVar = {"field": (_COLLEGE,), "gpa": (_COLLEGE,)}
    education = RadioField(
        "What is the highest level of education you have finished?",
        hint="In any country: choose the one that comes closest.",
        options=[Option(level.value, *words) for level, words in EDUCATION_WORDS.items()],
        unknown=RATHER_NOT,
    )
    field = SelectField(
        "What did you study, or what are you studying?",
        hint="Your main subject at college (your major). Of two, choose the one with more mathematics or programming.",
        options=_field_options(),
        unknown=RATHER_NOT,
    )
    gpa = NumberField(
        "What is your grade point average (GPA)?",
        hint="The average of your college grades on the US scale from 0 to 4. Leave it empty if your school used "
        "other grades, or if you don't know or would rather not say.",
        high=4,
        suffix="of 4",
    )
    work_years = NumberField(
        "How many years have you worked for pay?",
        hint="All jobs since school together, in any field. Half years are fine; write 0 for none. Leave it empty if "
        "you would rather not say.",
        high=70,
        suffix="years",
        example="2 or 2.5",
    )
    english = RadioField(
        "How well do you use English?",
        hint="Programs taught in English often ask for a level. A guess is fine: you need no test to see your list. "
        "The letters in brackets are levels of the European scale (CEFR), should you know yours.",
        options=[Option(level.value, words, _TESTED.get(level, "")) for level, words in ENGLISH_WORDS.items()],
        unknown=RATHER_NOT,
    )

    def profile_part(self) -> ProfilePart:
        """The section `background`."""
        return {
            "background": self.gathered(
                education="education", field="field", gpa="gpa", work_years="work_years", english="english"
            )
        }
