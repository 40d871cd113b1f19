"""The forms about caps, hours and pace, for staff and for a partner's own people alike."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import abort, request
from wtforms.validators import ValidationError

from webapp.domain.cap import HIGHEST_COUNT, CapMeasure, CapPeriod, CapScope, CapTerms, WhenFull
from webapp.domain.cap_request import LONGEST_WORDS
from webapp.domain.cap_words import MEASURE_LABELS, WHEN_FULL_LABELS, WHEN_FULL_MEANINGS
from webapp.domain.errors import Refused
from webapp.domain.geography import STATES
from webapp.domain.limits import LeadKind
from webapp.domain.schedule import MINUTES_OF_DAY, WEEKDAYS, Pace, Schedule
from webapp.domain.schedule_words import by_weekday, hours_text, parse_days, parse_hours
from webapp.ui.choices import Option, RadioField, SelectField
from webapp.ui.fields import TextAreaField, TextField
from webapp.ui.forms import BaseForm, put_problem
from webapp.ui.numbers import NumberField, WholeNumberField

ALL = "all"
ALWAYS, WEEK = "always", "week"
NO_PACE, EACH, SPREAD = "none", "each", "spread"
_PERIODS = {
    CapPeriod.HOUR: "An hour",
    CapPeriod.DAY: "A day",
    CapPeriod.WEEK: "A week",
    CapPeriod.MONTH: "A month",
    CapPeriod.LIFETIME: "All time, for good",
}
_FIELDS = {
    **dict.fromkeys(("state", "group", "program"), "scope"),
    "currency": "limit",
    "hours": "open",
    "holidays": "closed_on",
    "pace": "pace_most",
}
"""The field in which something refused was written."""


class LimitForm(BaseForm):
    """What the forms here share."""

    def put_beside_fields(self, refusal: Refused) -> None:
        """Write each problem beside the field it is about, or over the form where there is none."""
        for problem in refusal.problems:
            put_problem(self, problem, beside=_FIELDS.get(problem.where))


def _when_full() -> RadioField:
    return RadioField(
        "When it is full",
        options=[Option(each, label, WHEN_FULL_MEANINGS[each]) for each, label in WHEN_FULL_LABELS.items()],
        unknown=None,
        required="Choose what happens to a lead that finds it full.",
    )


class CapForm(LimitForm):
    """A new cap. The options of `scope` are a partner's own: made by `cap_form`."""

    scope: SelectField
    period = RadioField(
        "In the course of",
        options=[Option(each, words) for each, words in _PERIODS.items()],
        unknown=None,
        inline=True,
        required="Choose the period.",
    )
    measure = RadioField(
        "What is counted",
        options=[Option(each, words) for each, words in MEASURE_LABELS.items()],
        unknown=None,
        inline=True,
        required="Choose what is counted.",
    )
    limit = NumberField(
        "How much at most",
        high=HIGHEST_COUNT,
        example="20",
        hint="A number of leads, or an amount in the currency of the terms. 0 takes none.",
        required="Write a number; 0 takes none.",
    )
    when_full = _when_full()

    def terms(self, currency: str) -> CapTerms:
        """What the form says; it was validated. Money is read in `currency`."""
        measure = CapMeasure(str(self.measure.data))
        is_money = measure is CapMeasure.BUDGET
        return CapTerms(
            CapPeriod(str(self.period.data)),
            measure,
            round((self.limit.data or 0) * (100 if is_money else 1)),
            _scope(str(self.scope.data)),
            WhenFull(str(self.when_full.data)),
            currency if is_money else None,
        )

    def validate_limit(self, field: NumberField) -> None:
        """Leads come whole."""
        _check_whole(field, self.measure.data)


class CapChangeForm(LimitForm):
    """Another limit for a cap that there is."""

    limit = NumberField("How much at most", high=HIGHEST_COUNT, example="20", required="Write a number; 0 takes none.")
    when_full = _when_full()
    words = TextField("Why", hint="Your owner reads it where they have to decide.", max_length=LONGEST_WORDS)

    before: CapTerms
    """The cap as it is."""

    def terms(self) -> CapTerms:
        """The cap as it is to be."""
        limit = round((self.limit.data or 0) * (100 if self.before.measure is CapMeasure.BUDGET else 1))
        return replace(self.before, limit=limit, when_full=WhenFull(str(self.when_full.data)))

    def validate_limit(self, field: NumberField) -> None:
        """Leads come whole."""
        _check_whole(field, self.before.measure)


def cap_form(groups: Sequence[tuple[UUID, str]], programs: Sequence[tuple[str, str]], **data: Any) -> CapForm:
    """The form for a new cap of a partner with these groups and programs, as (id, name)."""
    options = [
        Option(ALL, "All leads"),
        *(Option(f"group:{group_id}", name, group="A program group") for group_id, name in groups),
        *(Option(f"state:{code}", name, group="Students in a state") for code, name in STATES.items()),
        *(Option(f"program:{program_id}", name, group="One program") for program_id, name in programs),
    ]
    scope = SelectField("Which leads", options=options, unknown=None, required="Choose which leads it counts.")
    made: CapForm = type("CapForm", (CapForm,), {"scope": scope})(**data)
    return made


def cap_change_form(terms: CapTerms) -> CapChangeForm:
    """The form filled with a cap as it is, or with what was sent."""
    is_money = terms.measure is CapMeasure.BUDGET
    made = CapChangeForm(data={"limit": terms.limit / 100 if is_money else terms.limit, "when_full": terms.when_full})
    made.before = terms
    if terms.currency == "USD":
        made.limit.prefix = "$"
    else:
        made.limit.suffix = terms.currency or "leads"
    return made


def _check_whole(field: NumberField, measure: str | None) -> None:
    if measure == CapMeasure.COUNT and field.data is not None and field.data != int(field.data):
        raise ValidationError("Write a whole number of leads.")


def _scope(told: str) -> CapScope:
    kind, _, what = told.partition(":")
    match kind:
        case "group":
            return CapScope(group_id=UUID(what))
        case "program":
            return CapScope(program_id=what)
        case "state":
            return CapScope(state=what)
    return CapScope()


def _hours(_form: Any, field: TextField) -> None:
    try:
        parse_hours(field.data or "")
    except ValueError as error:
        raise ValidationError(
            f"“{error}” cannot be read. Write hours like 9:00-17:00, or 9-12, 13-17:30; nothing when closed."
        ) from error


def _days(_form: Any, field: TextAreaField) -> None:
    try:
        parse_days(field.data or "")
    except ValueError as error:
        raise ValidationError(f"“{error}” is not a day. Write each as year-month-day, such as 2026-12-25.") from error


class HoursForm(LimitForm):
    """The hours of a week, days that are closed, and the pace. The fields of the days are `day_0` for Monday and on."""

    open = RadioField(
        "Leads are taken",
        options=[Option(ALWAYS, "At any time"), Option(WEEK, "In these hours")],
        unknown=None,
        required="Choose when leads are taken.",
    )
    closed_on = TextAreaField(
        "Days that are closed",
        rows=3,
        max_length=6000,
        hint="Holidays, each as year-month-day: 2026-12-25. One on a line, or with commas between.",
        checks=[_days],
    )
    pace = RadioField(
        "Pace",
        options=[
            Option(NO_PACE, "As they come", "Only the caps say how many."),
            Option(EACH, "So many in each interval", "Counted from midnight, such as 5 in each 30 minutes."),
            Option(
                SPREAD, "So many a day, spread evenly", "Over the open hours, so that the morning does not take all."
            ),
        ],
        unknown=None,
        required="Choose a pace.",
    )
    pace_most = WholeNumberField("How many leads", low=1, high=100_000, example="5")
    pace_minutes = WholeNumberField("Interval", suffix="minutes", low=1, high=MINUTES_OF_DAY, example="30")

    def validate(self, extra_validators: Any = None) -> bool:
        """What each field asks for, and the numbers that the pace needs."""
        valid = bool(super().validate(extra_validators))
        for field, needed_by, words in (
            (self.pace_most, (EACH, SPREAD), "Write how many leads."),
            (self.pace_minutes, (EACH,), "Write a number of minutes."),
        ):
            if self.pace.data in needed_by and field.data is None and not field.errors:
                field.errors = [words]
                valid = False
        return valid

    def schedule(self) -> Schedule:
        """What the form says; it was validated."""
        week = {day: self[f"day_{day}"].data or "" for day in range(7)}
        hours = by_weekday(week) if self.open.data == WEEK else {}
        if self.open.data == WEEK and not hours:
            hours = {0: ()}  # never open, which the service refuses in its own words
        minutes = self.pace_minutes.data if self.pace.data == EACH else None
        most = self.pace_most.data or 0
        return Schedule(
            hours=hours,
            holidays=parse_days(self.closed_on.data or ""),
            pace=None if self.pace.data == NO_PACE else Pace(most, minutes),
        )


for _number, _name in enumerate(WEEKDAYS):
    setattr(
        HoursForm, f"day_{_number}", TextField(_name, width="m", max_length=120, autocomplete="off", checks=[_hours])
    )


def hours_form(schedule: Schedule) -> HoursForm:
    """The form filled with a schedule as it is."""
    pace = schedule.pace
    data: dict[str, Any] = {
        "open": WEEK if schedule.hours else ALWAYS,
        "closed_on": "\n".join(sorted(day.isoformat() for day in schedule.holidays)),
        "pace": NO_PACE if pace is None else SPREAD if pace.minutes is None else EACH,
        "pace_most": pace.most if pace else None,
        "pace_minutes": pace.minutes if pace else None,
        **{f"day_{day}": hours_text(schedule.hours.get(day, ())) for day in range(7)},
    }
    return HoursForm(data=data)


def chosen_kind(kinds: Sequence[tuple[str, str]]) -> LeadKind:
    """The kind of lead that the page's address asks about; 404 for a program or state that it does not offer."""
    program_id, state = request.args.get("program", ""), request.args.get("state", "")
    if (program_id and program_id not in dict(kinds)) or (state and state not in STATES):
        abort(404)
    return LeadKind(program_id, state or None)
