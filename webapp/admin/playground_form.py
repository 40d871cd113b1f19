"""Whose question is asked in the playground."""

from webapp.domain.persona import personas
from webapp.ui.choices import Option, SelectField
from webapp.ui.fields import TextAreaField, TextField, UploadField
from webapp.ui.forms import BaseForm

MAX_PROFILE = 20_000


class QuestionForm(BaseForm):
    """A persona, a stored submission, or a profile; the last that is given counts."""

    persona = SelectField(
        "Demo persona",
        options=[
            Option(each.name, each.title, group=each.group[:1].upper() + each.group[1:].replace("_", " "))
            for each in personas()
        ],
        unknown=None,
        blank="Choose an invented student",
        hint="Invented students, with listings of the demo catalog graded by hand.",
    )
    submission = TextField(
        "Submission", max_length=36, width="l", hint="Its id. That you looked at it is written down."
    )
    profile = TextAreaField(
        "Profile in JSON",
        rows=8,
        max_length=MAX_PROFILE,
        hint="As for “program-match match --profile”. Leave names and addresses out: they are no part of a profile.",
    )
    file = UploadField("Or a file with it", accept=".json,application/json")


class WhyForm(BaseForm):
    """One program to ask about."""

    program = TextField("Program", max_length=200, hint="Its id, or words of its name and school.")
