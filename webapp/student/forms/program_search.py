"""Looking for programs by words and filters. Asked by GET: an address that can be kept and passed on."""

from webapp.domain.credential import Credential
from webapp.domain.geography import STATES
from webapp.domain.label import MODALITY_LABELS
from webapp.student.forms.goal import CREDENTIAL_WORDS
from webapp.ui.choices import Option, SelectField
from webapp.ui.fields import TextField
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import WholeNumberField


class ProgramSearchForm(BaseForm):
    """Every field may stay empty. Changes nothing, so it needs no token."""

    class Meta:
        csrf = False

    words = TextField(
        "Words", hint="In the name, the school, the topics or the description.", max_length=100, autocomplete="off"
    )
    credential = SelectField(
        "Award",
        options=[Option(each.value, CREDENTIAL_WORDS[each][0]) for each in Credential],
        unknown=None,
        blank="Any",
    )
    modality = SelectField(
        "How it is taught",
        options=[Option(each, label[:1].upper() + label[1:]) for each, label in MODALITY_LABELS.items()],
        unknown=None,
        blank="Any way",
    )
    state = SelectField(
        "State",
        hint="On campus there, or online for people who live there.",
        options=[Option(code, name) for code, name in sorted(STATES.items(), key=lambda each: each[1])],
        unknown=None,
        blank="Any state",
    )
    price = WholeNumberField(
        "Tuition of at most",
        hint="Leaves out programs without a published price.",
        low=0,
        high=1_000_000,
        prefix="$",
        example="30,000",
    )
