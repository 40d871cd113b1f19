"""The form of a delivery method, for staff and for partners: what it asks depends on the kind of the method."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from webapp.domain.delivery import Channel
from webapp.domain.delivery_method import Limits, Wanted
from webapp.domain.errors import Problem
from webapp.ui.answer_rule_form import is_written, read_answers, rule_data, rule_fields, rule_rows
from webapp.ui.choices import CheckboxesField, Option, RadioField
from webapp.ui.field_map_form import STARTING_FIELDS, count_rows, is_used, map_data, map_fields, map_rows, read_map
from webapp.ui.fields import EmailField, PasswordField, TextField
from webapp.ui.forms import BaseForm, put_problem
from webapp.ui.numbers import WholeNumberField

ADDED_AT_ONCE: Final = 3
"""So many empty rows stand below those in use, and come with each press of the button that adds some."""
MAPPED: Final = frozenset({Channel.JSON_POST, Channel.FORM_POST, Channel.CSV_BATCH})
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLACE: Final = re.compile(r"(fields|answers)(?:\[([0-9]+)\])?")


class MethodForm(BaseForm):
    """What every kind is asked. `method_form` adds what its own kind needs."""

    name = TextField(
        "Name", max_length=60, autocomplete="off", width="m", hint="For yourselves, such as “Slate” or “Admissions”."
    )


_POSTS: Final[Mapping[str, Any]] = {
    "url": TextField(
        "Address",
        max_length=2000,
        autocomplete="off",
        inputmode="url",
        hint="A public https:// address, such as https://crm.school.example/leads. Addresses inside a network are "
        "refused.",
        required="Write the address that takes the leads.",
    ),
    "per_minute": WholeNumberField(
        "Requests in a minute", high=6000, example="60", hint="At most so many. Empty: no limit."
    ),
    "at_once": WholeNumberField(
        "Requests at the same time", low=1, high=32, example="4", hint="At most so many. Empty: four."
    ),
}
_CREDENTIAL: Final[Mapping[str, Any]] = {
    "credential_header": TextField(
        "Header for a key of yours",
        max_length=64,
        autocomplete="off",
        width="m",
        hint="Where your system asks for one, such as Authorization or X-Api-Key.",
    ),
    "credential": PasswordField(
        "The key",
        max_length=2000,
        autocomplete="new-password",
        hint="Kept sealed, never shown. Write it just before you save: a preview empties this box. Empty: as it was.",
    ),
}
_EMAIL: Final[Mapping[str, Any]] = {
    "address": EmailField(
        "Mailbox", autocomplete="off", hint="One that takes leads.", required="Write the address that takes the leads."
    ),
    "link_only": RadioField(
        "What the mail holds",
        options=[
            Option("yes", "Only a link", "The details are read in the portal, by those who may log in."),
            Option("no", "The details", "Whoever reads the mailbox reads them. The subject never names the student."),
        ],
        unknown=None,
        required="Choose what the mail holds.",
    ),
}
_FILE: Final[Mapping[str, Any]] = {
    "times": TextField(
        "Times",
        width="m",
        autocomplete="off",
        hint="In your own time zone, such as 06:00, 14:30. A file is made at each, if there are leads.",
        required="Write at least one time, such as 06:00.",
    ),
    "days": CheckboxesField(
        "Days", options=[Option(str(number), name) for number, name in enumerate(_DAYS)], inline=True
    ),
}


OVERLAPS: Final[Mapping[str, tuple[str, timedelta]]] = {
    "day": ("A day", timedelta(days=1)),
    "week": ("A week", timedelta(days=7)),
    "month": ("30 days", timedelta(days=30)),
    "none": ("Not at all: the former one is not safe any more", timedelta(0)),
}


class OverlapForm(BaseForm):
    """How long the former secret signs beside the new one."""

    overlap = RadioField(
        "The former secret signs too for",
        options=[Option(code, words) for code, (words, _) in OVERLAPS.items()],
        unknown=None,
        required="Choose how long.",
    )

    @property
    def how_long(self) -> timedelta:
        return OVERLAPS[self.overlap.data or "day"][1]


def method_form(kind: Channel, *, fields: int, rules: int, questions: Sequence[tuple[str, str]] = ()) -> Any:
    """The class of the form of a method of `kind`, with so many rows. `questions` are the partner's, as (id, words)."""
    asked: dict[str, Any] = {}
    if kind.posts:
        asked |= _POSTS
        asked |= rule_fields(rules)
    if kind in (Channel.JSON_POST, Channel.FORM_POST):
        asked |= _CREDENTIAL
    if kind is Channel.EMAIL:
        asked |= _EMAIL
    if kind is Channel.CSV_BATCH:
        asked |= _FILE
    if kind in MAPPED:
        asked |= map_fields(fields, questions)
    return type("MethodForm", (MethodForm,), asked)


def new_form(kind: Channel, questions: Sequence[tuple[str, str]] = ()) -> Any:
    """The form for a new method, with the fields that most begin with."""
    config: dict[str, Any] = {"times": ["06:00"], "days": list(range(7)), "link_only": True}
    return filled_form(kind, questions, {**config, "fields": STARTING_FIELDS})


def filled_form(
    kind: Channel,
    questions: Sequence[tuple[str, str]],
    config: Mapping[str, Any],
    *,
    name: str = "",
    url: str | None = None,
    per_minute: int | None = None,
    at_once: int = 4,
) -> Any:
    """The form, filled with the settings of a method; `config` in its JSON form."""
    fields, rules = config.get("fields", ()), config.get("answers", ())
    form = method_form(kind, fields=len(fields) + ADDED_AT_ONCE, rules=len(rules) + 1, questions=questions)
    told = {
        "name": name,
        "url": url,
        "per_minute": per_minute,
        "at_once": at_once,
        "credential_header": config.get("credential_header"),
        "address": config.get("address"),
        "link_only": "yes" if config.get("link_only", True) else "no",
        "times": ", ".join(config.get("times", ())),
        "days": [str(day) for day in config.get("days", ())],
        "try_status": 200,
    }
    return form(formdata=None, data={**told, **map_data(fields), **rule_data(rules)})


def sent_form(kind: Channel, questions: Sequence[tuple[str, str]], sent: Mapping[str, Any], *, more: str = "") -> Any:
    """The form as it was sent. `more` is "fields" or "rules": it comes back with further rows of those."""
    fields, rules = count_rows(sent, "map"), count_rows(sent, "rule")
    fields += ADDED_AT_ONCE * (more == "fields")
    rules += more == "rules"
    return method_form(kind, fields=min(fields, 80), rules=rules, questions=questions)()


def is_readable(form: Any) -> bool:
    """Whether a form that was sent can be previewed: it is right, but for an address that may still be missing."""
    form.validate_on_submit()
    if "url" in form:
        form.url.errors = []
    return not form.errors


def config_of(kind: Channel, form: Any) -> dict[str, Any]:
    """The settings that were written, in the JSON form that `domain.delivery_method.read_config` reads."""
    config: dict[str, Any] = {}
    if kind in MAPPED:
        config["fields"] = read_map(form)
    if kind.posts and (answers := read_answers(form)):
        config["answers"] = answers
    if kind in (Channel.JSON_POST, Channel.FORM_POST) and form.credential_header.data:
        config["credential_header"] = form.credential_header.data
    if kind is Channel.EMAIL:
        config |= {"address": form.address.data or "", "link_only": form.link_only.data != "no"}
    if kind is Channel.CSV_BATCH:
        config["times"] = [each.strip() for each in (form.times.data or "").split(",") if each.strip()]
        config["days"] = [int(day) for day in form.days.data]
    return config


def wanted_of(kind: Channel, form: Any) -> Wanted:
    """The method that was written."""
    return Wanted(
        kind,
        name=form.name.data or "",
        url=form.url.data if kind.posts else None,
        config=config_of(kind, form),
        limits=Limits(form.per_minute.data, form.at_once.data or Limits().at_once) if kind.posts else Limits(),
        credential=form.credential.data if "credential" in form else None,
    )


def put_problems(form: Any, problems: Sequence[Problem]) -> None:
    """Write each problem beside the field, or the row, that it is about; those without one into the summary."""
    rows = {
        "fields": [row["name"] for row in map_rows(form) if is_used(row)],
        "answers": [row["means"] for row in rule_rows(form) if is_written(row)],
    }
    for problem in problems:
        place = _PLACE.fullmatch(problem.where)
        is_row = place is not None and place[2] is not None
        put_problem(form, problem, beside=rows[place[1]][int(place[2])].name if place and is_row else None)


def parts_of(form: Any) -> dict[str, Any]:
    """What the page needs besides the form: its rows."""
    return {"map_rows": map_rows(form), "rule_rows": rule_rows(form)}
