"""Step 3: the subjects that decide most admissions, and how well the student knows each."""

from webapp.domain.subject import Subject, SubjectLevel
from webapp.student.forms.step import ProfilePart, StepForm
from webapp.ui.choices import Option, RadioField

LEVEL_WORDS = {
    SubjectLevel.NONE: "None",
    SubjectLevel.SELF_STUDY: "Taught myself",
    SubjectLevel.ONE_COURSE: "One course",
    SubjectLevel.SEVERAL_COURSES: "Several courses",
    SubjectLevel.USED_AT_WORK: "Used at work",
}
SUBJECT_WORDS = {
    Subject.PROGRAMMING: ("Programming", "Writing code, in Python, R or Java for example"),
    Subject.STATISTICS: ("Statistics and probability", "Averages, chance, tests, regression"),
    Subject.CALCULUS: ("Calculus", "Derivatives and integrals"),
    Subject.LINEAR_ALGEBRA: ("Linear algebra", "Vectors and matrices"),
    Subject.DATABASES: ("Databases", "Tables and queries, SQL for example"),
    Subject.MACHINE_LEARNING: ("Machine learning", "Programs that learn from data to predict"),
}


def _level_of(subject: Subject) -> RadioField:
    title, hint = SUBJECT_WORDS[subject]
    options = [Option(level.value, words) for level, words in LEVEL_WORDS.items()]
    return RadioField(title, hint=hint, options=options, unknown="Don't know")


class SubjectsForm(StepForm):
    """One row of levels for each subject."""

    programming = _level_of(Subject.PROGRAMMING)
    statistics = _level_of(Subject.STATISTICS)
    calculus = _level_of(Subject.CALCULUS)
    linear_algebra = _level_of(Subject.LINEAR_ALGEBRA)
    databases = _level_of(Subject.DATABASES)
    machine_learning = _level_of(Subject.MACHINE_LEARNING)

    def profile_part(self) -> ProfilePart:
        """The section `subjects`; "don't know" is kept, for it is an answer."""
        given = {subject.value: self[subject.value] for subject in Subject}
        return {"subjects": {name: field.chosen for name, field in given.items() if field.chosen and not field.errors}}
