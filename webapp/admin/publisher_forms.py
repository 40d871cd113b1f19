"""The form about a publisher."""

from webapp.ui.fields import TextAreaField, TextField
from webapp.ui.forms import BaseForm


class PublisherForm(BaseForm):
    """What a publisher is called, and which sites may frame the form."""

    name = TextField("Name", hint="For the list here. Nobody outside sees it.", max_length=100, required="Name it.")
    origins = TextAreaField(
        "Sites that may show the form",
        hint="One to a line, without a page, such as https://www.example.org. "
        "https://*.example.org takes in every site beneath.",
        rows=4,
        max_length=4000,
        required="Write at least one site.",
    )
