"""The one question that a publisher's page asks in its frame."""

from webapp.student.forms.goal import job_options
from webapp.ui.choices import SelectField
from webapp.ui.forms import BaseForm


class EmbedForm(BaseForm):
    """A job; it may stay empty. Changes nothing, so it needs no token."""

    class Meta:
        csrf = False

    occupation = SelectField("Which job are you aiming for?", options=job_options(), unknown="I don't know yet")
