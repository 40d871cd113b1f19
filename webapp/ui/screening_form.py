"""The form of what a partner asks of its leads apart from its filter, for staff and for partners."""

from dataclasses import fields, replace
from typing import Any

from webapp.domain.duplicate import MatchSet
from webapp.domain.errors import Refused
from webapp.domain.screening import LONGEST_WINDOW_DAYS, Screening
from webapp.ui.choices import CheckboxesField, CheckField, Option
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import WholeNumberField

MATCH_WORDS = {
    MatchSet.EMAIL: "The same e-mail address",
    MatchSet.PHONE: "The same phone number",
    MatchSet.NAME_AND_POSTAL_CODE: "The same name and postal code",
    MatchSet.NAME_AND_PHONE: "The same name and phone number",
}


class ScreeningForm(BaseForm):
    """What the partner itself may set."""

    match_sets = CheckboxesField(
        "Two leads are of one person when they have",
        options=[Option(each, MATCH_WORDS[each]) for each in MatchSet],
        hint="One of the ticked is enough. A blank is never the same as a blank.",
        required="Tick at least one.",
    )
    in_flight_holds = CheckField(
        "Hold a lead while another of the same person has not ended",
        hint="Unticked, it is marked for our staff and goes on.",
    )
    partner_days = WholeNumberField(
        "Look back at leads to this school",
        suffix="days",
        high=LONGEST_WINDOW_DAYS,
        example="90",
        hint="0 switches this off.",
        required="Write a number of days; 0 for none.",
    )
    partner_holds = CheckField(
        "Hold a lead of somebody whom the school had in that time",
        hint="Our staff look, and release it or end it.",
    )
    system_days = WholeNumberField(
        "Look back at leads to other schools",
        suffix="days",
        high=LONGEST_WINDOW_DAYS,
        example="30",
        hint="0 switches this off. Which other school it was is told to nobody.",
        required="Write a number of days; 0 for none.",
    )
    system_holds = CheckField(
        "Hold a lead of somebody who was introduced to another school in that time",
        hint="Many students ask two or three schools at once, so this holds many good leads.",
    )
    confirmed_email_only = CheckField(
        "Take confirmed e-mail addresses only",
        hint="A lead waits until the student presses a button in our mail. Those who do not are told, and it ends.",
    )
    cautions_hold = CheckField(
        "Have details that look strange looked at first",
        hint="Such as a disposable address. Unticked, they come at once; what cannot be right never comes.",
    )


class StaffScreeningForm(ScreeningForm):
    """The same with what staff alone set: when complaints pause the partner."""

    complaint_percent = WholeNumberField(
        "Pause it when more complain than",
        suffix="in 100 leads",
        low=1,
        high=100,
        example="5",
        required="Write a number from 1 to 100.",
    )
    complaint_sample = WholeNumberField(
        "but only once it had", suffix="leads", low=1, high=10_000, example="20", required="Write a number of leads."
    )
    complaint_days = WholeNumberField(
        "in the last",
        suffix="days",
        low=1,
        high=LONGEST_WINDOW_DAYS,
        example="30",
        required="Write a number of days.",
    )


def filled(kind: type[ScreeningForm], held: Screening) -> ScreeningForm:
    """The form that shows what is set."""
    return kind(formdata=None, data={**_values(held), "match_sets": list(held.match_sets)})


def asked(form: ScreeningForm, held: Screening) -> Screening:
    """What a form that was found right asks for; what it has no field for stays."""
    told: dict[str, Any] = {name: form[name].data for name in _values(held) if name in form}
    if "match_sets" in told:
        told["match_sets"] = tuple(MatchSet(each) for each in told["match_sets"])
    return replace(held, **told)


def put_beside(form: ScreeningForm, refusal: Refused) -> None:
    """Write what was refused beside its field."""
    for problem in refusal.problems:
        words = f"{problem.what} {problem.remedy}".strip()
        if problem.where in form:
            form[problem.where].errors = [words]
        else:
            form.form_errors.append(words)


def changes(before: Screening, after: Screening) -> dict[str, dict[str, Any]]:
    """What the audit log keeps of a change: `before` and `after`, each with what differs."""
    sides = {
        name: {**_values(held), "match_sets": [str(each) for each in held.match_sets]}
        for name, held in (("before", before), ("after", after))
    }
    differ = [name for name, value in sides["before"].items() if sides["after"][name] != value]
    return {side: {name: values[name] for name in differ} for side, values in sides.items()}


def _values(held: Screening) -> dict[str, Any]:
    return {field.name: getattr(held, field.name) for field in fields(held)}
