"""The forms about partners, their terms, and what they return."""

from typing import Any

from webapp.domain.billing_cycle import CycleKind
from webapp.domain.lead_return import LONGEST_WORDS, PARTNERS_REASONS, RETURN_REASON_LABELS
from webapp.domain.time_zone import TIME_ZONES
from webapp.ui.choices import CheckboxesField, Option, RadioField, SelectField
from webapp.ui.fields import DayField, EmailField, TextAreaField, TextField
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import NumberField, WholeNumberField

CYCLE_WORDS = {CycleKind.MONTHLY: "Each calendar month", CycleKind.WEEKLY: "Each week, from Monday"}


class PartnerForm(BaseForm):
    """Who a partner is."""

    legal_name = TextField(
        "Legal entity",
        hint="The name in the contract. Students consent to it by this name.",
        required="Name the legal entity.",
    )
    display_name = TextField(
        "Name on pages and mails", hint="What people call the school.", required="Write the name that people use."
    )
    contact_email = EmailField(
        "E-mail address of the contact",
        hint="Notices about leads and failures go there.",
        autocomplete="off",
        required="Write an address that somebody reads.",
    )
    time_zone = SelectField(
        "Time zone",
        hint="Caps, hours and invoices follow its calendar.",
        options=[Option(name, words) for name, words in TIME_ZONES.items()],
        unknown=None,
        required="Choose the time zone.",
    )


class NewPartnerForm(PartnerForm):
    """The same, with the short name that never changes."""

    slug = TextField(
        "Short name",
        hint="Small letters, digits and hyphens, such as west-hill. It cannot be changed later.",
        max_length=80,
        width="m",
        required="Write a short name.",
    )


class MoveForm(BaseForm):
    """Words beside a change of status."""

    words = TextField("Why", hint="Kept with the step. The partner does not see it.", max_length=500)


class FindForm(BaseForm):
    """Words to look for."""

    class Meta:
        csrf = False  # it only reads

    words = TextField("Name", max_length=100)


class GroupForm(BaseForm):
    """The name of a program group."""

    name = TextField("Name of the group", max_length=100, width="m", required="Write a name.")


class TermsForm(BaseForm):
    """What was agreed with a partner. Groups' own prices are added as fields of the form in use."""

    price = NumberField(
        "Price for a lead",
        prefix="$",
        high=100_000,
        example="45.00",
        hint="For every program without a price of its own.",
    )
    flat = NumberField("Flat fee for each cycle", prefix="$", high=100_000, example="500.00")
    cycle = RadioField(
        "Invoices cover",
        options=[Option(kind, words) for kind, words in CYCLE_WORDS.items()],
        unknown=None,
        required="Choose what an invoice covers.",
    )
    return_days = WholeNumberField(
        "Days in which a lead may be returned", high=365, example="14", required="Write a number of days; 0 for none."
    )
    return_percent = WholeNumberField(
        "Most of a cycle's leads that may be returned", suffix="%", high=100, example="20", hint="Empty: no limit."
    )
    auto_returns = CheckboxesField(
        "Returns that are approved without us",
        options=[Option(each, RETURN_REASON_LABELS[each]) for each in PARTNERS_REASONS],
    )
    from_day = DayField(
        "In force from", hint="A day to come, from midnight in the partner's time zone. Empty: at once."
    )


def terms_form(groups: dict[str, str], **data: Any) -> TermsForm:
    """The form with one price field more for each group, by `price_<id>`."""
    fields = {
        f"price_{key}": NumberField(f"Price for a lead on “{name}”", prefix="$", high=100_000, example="60.00")
        for key, name in groups.items()
    }
    return type("TermsForm", (TermsForm,), fields)(**data)  # type: ignore[no-any-return]  # a class made here


class DecisionForm(BaseForm):
    """What staff say about a return. The partner reads it."""

    words = TextAreaField("What the partner is told", rows=3, max_length=LONGEST_WORDS)


class PaymentForm(BaseForm):
    """How a payment is found again."""

    reference = TextField(
        "Reference of the payment",
        hint="As on the bank statement.",
        width="m",
        required="Write how the payment is found.",
    )
