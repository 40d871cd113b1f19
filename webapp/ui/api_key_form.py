"""The form that makes an API key."""

from webapp.domain.api_key import NAME_LIMIT, SCOPE_WORDS
from webapp.ui.choices import CheckboxesField, Option, RadioField
from webapp.ui.fields import DayField, TextField
from webapp.ui.forms import BaseForm


class ApiKeyForm(BaseForm):
    """Who will use it, on which data, for what, and until when."""

    name = TextField(
        "Name",
        max_length=NAME_LIMIT,
        autocomplete="off",
        width="m",
        hint="Who or what will use it.",
        required="Write who or what will use it.",
    )
    data_kind = RadioField(
        "Works on",
        options=[
            Option("test", "Test data", "Test leads only. Begin with this."),
            Option("live", "Live data", "Live leads, with students' details where the key may read leads."),
        ],
        unknown=None,
        required="Choose test or live data.",
    )
    scopes = CheckboxesField(
        "It may",
        options=[Option(scope.value, words, scope.value) for scope, words in SCOPE_WORDS.items()],
        required="Choose what it may do. Less is safer.",
    )
    expires_at = DayField("Works until", hint="It opens nothing from that day (UTC) on. Empty: until you revoke it.")
