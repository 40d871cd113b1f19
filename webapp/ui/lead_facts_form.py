"""The facts of a student who is not there, to try a filter on: a form with what its rules ask about."""

from collections.abc import Iterable
from typing import Any

from flask import request

from webapp.domain.disclosure import LEAD_FIELDS
from webapp.domain.filter_row import picks_of
from webapp.domain.rule import Field, Kind, Record
from webapp.ui.choices import CheckboxesField, Option, SelectField
from webapp.ui.fields import TextField
from webapp.ui.filter_form import LONGEST_VALUE, field_label
from webapp.ui.forms import BaseForm
from webapp.ui.numbers import NumberField


def facts_form(names: Iterable[str], record: Record | None = None) -> BaseForm:
    """A form with one field for each fact of a lead that was named: `fact_N` in that order."""
    added: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for number, name in enumerate(names):
        field = LEAD_FIELDS[name]
        added[f"fact_{number}"] = _fact_field(field)
        if record is not None and name in record:
            told = record[name]
            data[f"fact_{number}"] = told if field.kind in (Kind.NUMBER, Kind.SET) else str(told)
    made: BaseForm = type("FactsForm", (BaseForm,), added)(formdata=None, data=data)
    return made


def sent_record(names: Iterable[str]) -> Record:
    """The facts that were posted; what was left empty, or is nothing of the field's, is unknown."""
    found: dict[str, object] = {}
    for number, name in enumerate(names):
        field, written = LEAD_FIELDS[name], request.form.getlist(f"fact_{number}")
        value = _fact(field, [each.strip()[:LONGEST_VALUE] for each in written if each.strip()])
        if value is not None:
            found[name] = value
    return found


def _fact(field: Field, written: list[str]) -> object | None:
    if not written:
        return None
    if field.kind is Kind.NUMBER:
        try:
            amount = float(written[0].replace(",", "").removeprefix("$"))
        except ValueError:
            return None
        return amount if amount == amount and abs(amount) != float("inf") else None
    known = set(field.values)
    fitting = [each for each in written if not known or each in known]
    if field.kind is Kind.SET:
        return fitting or None
    return fitting[0] if fitting else None


def _fact_field(field: Field) -> Any:
    picks = [Option(value, words) for value, words in picks_of(field)]
    label = field_label(field)
    if field.kind is Kind.NUMBER:
        return NumberField(label, low=field.low, high=field.high)
    if field.kind is Kind.SET:
        return CheckboxesField(label, options=picks, inline=True)
    if picks:
        return SelectField(label, options=picks, unknown=None, blank="Not said")
    return TextField(label, width="m", max_length=LONGEST_VALUE, autocomplete="off")
