"""The forms of filters, for staff and for partners: a rule row by row, the whole text, and facts to try it on.

The builder works without script. Its page is posted to add or drop a row and comes back with what was written; nothing
is kept until it is saved. So its rows are read from the post as they are (`sent_draft`), and the form only shows them.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import request

from webapp.domain.disclosure import LEAD_FIELDS
from webapp.domain.filter_row import ASK_WORDS, ASKS, ROWS_LIMIT, Join, Row, RowError, RuleDraft, picks_of, split_values
from webapp.domain.filter_sheet import LONGEST_NAME
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.rule import Field, Kind
from webapp.domain.rule_filter import Effect, fault_in
from webapp.ui.choices import CheckboxesField, Option, RadioField, SelectField
from webapp.ui.fields import HiddenField, TextAreaField, TextField
from webapp.ui.forms import BaseForm

LONGEST_VALUE: Final = 2000
_GROUPS: Final = {
    "background": "Schooling and work",
    "subjects": "Subjects",
    "goal": "Goal",
    "practical": "Where they live",
    "match": "Match",
    "contact": "Contact",
}
HINTS: Final = {
    "practical.postal_code": "One or several, with commas between them, such as 94110, 94111.",
    "practical.country": "Two letters each, with commas between them, such as US, CA.",
    "background.gpa": "On the scale to 4.0.",
}
ON_UNKNOWN_OPTIONS: Final = (
    Option(OnUnknown.PASS, "Send it", "A rule that cannot be told keeps nobody out."),
    Option(OnUnknown.REVIEW, "Have it looked at", "Our staff look first and let it go or not."),
)


def field_label(field: Field) -> str:
    """A field as a form names it."""
    return f"{field.label[:1].upper()}{field.label[1:]}"


def field_options() -> list[Option]:
    """Every field that a filter may name, in groups."""
    return [
        Option(name, field_label(field), group=_GROUPS[name.partition(".")[0]]) for name, field in LEAD_FIELDS.items()
    ]


class RuleForm(BaseForm):
    """One rule. Its rows are added as fields `field_N`, `ask_N`, `values_N` of the form in use."""

    name = TextField(
        "Name of the rule",
        hint="For your own people. May stay empty.",
        max_length=LONGEST_NAME,
        autocomplete="off",
    )
    effect = RadioField(
        "What the rule does",
        options=[
            Option(Effect.REQUIRE, "Take only leads of which this is true"),
            Option(Effect.EXCLUDE, "Keep out leads of which this is true"),
        ],
        unknown=None,
    )
    join = RadioField(
        "True when",
        options=[Option(Join.ALL, "all conditions are"), Option(Join.ANY, "any of them is")],
        unknown=None,
        inline=True,
    )
    add = SelectField("Add a condition about", options=field_options(), unknown=None, blank="Choose a field")


class TextForm(BaseForm):
    """The whole filter as text."""

    text = TextAreaField("Rules, one a line", rows=12, max_length=20_000)
    on_unknown = RadioField(
        "When a lead does not say enough for a rule",
        options=list(ON_UNKNOWN_OPTIONS),
        unknown=None,
        required="Choose what becomes of it.",
    )


VIEWS: Final = {
    **{name: name for name in ("index", "edit", "switch", "remove")},
    "rule": "keep_rule",
    "text": "keep_text",
    "trial": "try_out",
}
"""What macros/filter.html calls each address, and the view behind it on either surface."""
SAVED: Final = "Saved. It holds for leads that are looked at from now on."
SWITCHED_ON: Final = "Switched on. It holds for leads that are looked at from now on."
SWITCHED_OFF: Final = "Switched off. It keeps no lead out any more."
REMOVED: Final = "Removed. Former versions are kept."
GONE: Final = "The filter has changed since this page came up, so nothing was changed. Look at it as it is now."


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form about a filter says beside its fields: `version` was seen, `place` is a rule's (-1: none)."""

    group_id: UUID | None
    version: int
    place: int
    act: str
    add: str
    lead_id: UUID | None

    @property
    def rule(self) -> int | None:
        """The rule to be replaced; None for a new one."""
        return self.place if self.place >= 0 else None


def sent() -> Sent:
    """It, from the post."""
    form = request.form
    return Sent(
        group_id=_id(form.get("group", "")),
        version=form.get("version", -1, type=int),
        place=form.get("rule", -1, type=int),
        act=form.get("act", "save"),
        add=form.get("add", ""),
        lead_id=_id(form.get("lead", "")),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def sent_text(otherwise: str) -> str:
    """The text that was posted, with the line ends that it is kept with."""
    return request.form.get("text", otherwise).replace("\r\n", "\n")


def rule_form(draft: RuleDraft, error: RowError | None = None) -> RuleForm:
    """The form that shows a draft, with what is wrong with it beside the row."""
    added: dict[str, Any] = {}
    data: dict[str, Any] = {"name": draft.name, "effect": draft.effect, "join": draft.join}
    for number, row in enumerate(draft.rows[:ROWS_LIMIT]):
        field = LEAD_FIELDS.get(row.field)
        if field is None or field.kind not in ASKS:
            continue
        added |= {
            f"field_{number}": HiddenField(),
            f"ask_{number}": SelectField(
                f"Condition {number + 1}: {field.label}",
                options=[Option(ask, ASK_WORDS[ask]) for ask in ASKS[field.kind]],
                unknown=None,
                blank="Choose",
            ),
            f"values_{number}": _values_field(field),
        }
        data |= {f"field_{number}": row.field, f"ask_{number}": row.ask, f"values_{number}": _shown(field, row.values)}
    made: RuleForm = type("RuleForm", (RuleForm,), added)(formdata=None, data=data)
    if error is not None:
        named = f"{error.part}_{error.row}" if error.row is not None else error.part
        if named in made:
            made[named].errors = [error.problem]
        else:
            made.form_errors.append(error.problem)
    return made


@dataclass(frozen=True, slots=True)
class ShownFault:
    """Where a text cannot be read: the column, from 1, and the line itself."""

    column: int
    shown: str


def shown_fault(text: str) -> ShownFault | None:
    """Where `text` cannot be read, to be shown above it; None where it can."""
    fault = fault_in(text, LEAD_FIELDS)
    if fault is None:
        return None
    return ShownFault(fault.column, text.splitlines()[fault.line - 1])


def rows_in(form: RuleForm) -> list[int]:
    """The numbers of the rows that a form has."""
    return [number for number in range(ROWS_LIMIT) if f"field_{number}" in form]


def sent_draft() -> RuleDraft:
    """The draft that was posted, as it was written."""
    sent = request.form
    rows = []
    for number in range(ROWS_LIMIT):
        name = sent.get(f"field_{number}", "")
        field = LEAD_FIELDS.get(name)
        if field is None:
            continue
        written = [value[:LONGEST_VALUE] for value in sent.getlist(f"values_{number}")]
        values = tuple(written) if picks_of(field) or field.kind is Kind.NUMBER else split_values(",".join(written))
        rows.append(Row(name, sent.get(f"ask_{number}", ""), values))
    return RuleDraft(
        name=sent.get("name", "")[:LONGEST_VALUE],
        effect=sent.get("effect", ""),
        join=sent.get("join", Join.ALL),
        rows=tuple(rows),
    )


def changed_draft(draft: RuleDraft, pressed: Sent) -> RuleDraft | None:
    """The draft after a button that adds or drops a row was pressed; None for another button."""
    act, add = pressed.act, pressed.add
    if act == "add":
        field = LEAD_FIELDS.get(add)
        rows = (*draft.rows, Row(add, ASKS[field.kind][0])) if field and len(draft.rows) < ROWS_LIMIT else draft.rows
    elif act.startswith("drop-"):
        rows = tuple(row for number, row in enumerate(draft.rows) if act != f"drop-{number}")
    else:
        return None
    return RuleDraft(draft.name, draft.effect, draft.join, rows)


def text_form(text: str, on_unknown: OnUnknown) -> TextForm:
    """The form of the whole text, filled in; with what is wrong with it beside it."""
    made = TextForm(formdata=None, data={"text": text, "on_unknown": on_unknown})
    fault = fault_in(text, LEAD_FIELDS)
    if fault is not None:
        made.text.errors = [f"Line {fault.line}, column {fault.column}: {fault.problem}."]
    return made


def editor(draft: RuleDraft, place: int | None, error: RowError | None, text: TextForm) -> dict[str, Any]:
    """What the page shows on which a rule is put together beside the whole text."""
    made = rule_form(draft, error)
    return {
        "rule_form": made,
        "rows": rows_in(made),
        "place": place,
        "text_form": text,
        "fault": shown_fault(text.text.data or ""),
        "fields": list(LEAD_FIELDS.values()),
    }


def _values_field(field: Field) -> Any:
    picks = [Option(value, words) for value, words in picks_of(field)]
    hint = HINTS.get(field.name, "")
    if picks:
        return CheckboxesField("Values", options=picks)
    if field.kind is Kind.NUMBER:
        return TextField("Value", width="s", hint=hint, inputmode="decimal", autocomplete="off")
    return TextField("Values", hint=hint or "With commas between them.", max_length=LONGEST_VALUE, autocomplete="off")


def _shown(field: Field, values: tuple[str, ...]) -> Any:
    return list(values) if picks_of(field) else ", ".join(values)
