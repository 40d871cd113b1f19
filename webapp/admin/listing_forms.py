"""The small forms about listings; the editor is in `listing_form`."""

from webapp.domain.rule_text import LENGTH_LIMIT
from webapp.services.listing_draft import NOTE_LIMIT
from webapp.ui.fields import TextAreaField, TextField
from webapp.ui.forms import BaseForm


class NewListingForm(BaseForm):
    """What a listing is begun with; all else is written in the editor."""

    program_id = TextField(
        "Id",
        hint="For good. Small letters, digits and . _ : -, such as larkspur-ms-data-science.",
        max_length=80,
        required="Give it an id.",
    )
    institution = TextField("Institution", max_length=200, required="Say who awards it.")
    name = TextField("Name", max_length=300, required="Say what it is called.")


class NoteForm(BaseForm):
    """Why a draft is sent back."""

    note = TextAreaField("What is to be mended?", max_length=NOTE_LIMIT, rows=3, required="Say what is to be mended.")


class DeclineForm(BaseForm):
    """Why a proposal is declined."""

    reason = TextAreaField(
        "Why not?", hint="The partner reads this.", max_length=NOTE_LIMIT, rows=3, required="Say why."
    )


class RequirementForm(BaseForm):
    """What a listing asks for, as a rule."""

    rule = TextAreaField(
        "What it asks for",
        hint="Such as: background.education >= bachelor and subjects.statistics >= one_course. Blank asks for nothing.",
        max_length=LENGTH_LIMIT,
        rows=5,
    )
