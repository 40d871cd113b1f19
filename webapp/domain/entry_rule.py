"""What a listing asks for, as one rule of the rule language, and a rule as the columns that say the same.

A listing can only ask for several things at once, each at least so much: `background.education >= bachelor and
subjects.statistics >= one_course`. What no column can hold is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from webapp.domain.errors import Problem, Refused
from webapp.domain.listing import ANY_FIELD, ANY_WITH_PREREQUISITES
from webapp.domain.listing_cell import CellError
from webapp.domain.listing_cell import read as read_cell
from webapp.domain.persona import personas
from webapp.domain.rule import And, Comparison, Fields, Kind, Literal, Operator, Rule
from webapp.domain.rule_evaluation import Truth, evaluate
from webapp.domain.rule_field import PROFILE_FIELDS
from webapp.domain.rule_text import RuleTextError, read, write
from webapp.domain.subject import Subject

COLUMN_OF: Final[Mapping[str, str]] = {
    "background.education": "min_education",
    "background.field": "accepted_fields",
    "background.gpa": "min_gpa",
    "background.work_years": "min_work_years",
    "background.english": "min_english",
    **{f"subjects.{subject}": f"req_{subject}" for subject in Subject},
}
"""The fields that a listing may ask about, and the columns that hold what it asks."""

FIELDS: Final[Fields] = MappingProxyType({name: PROFILE_FIELDS[name] for name in COLUMN_OF})
_ANY: Final = (ANY_FIELD, ANY_WITH_PREREQUISITES)


def rule_of(cells: Mapping[str, str]) -> str:
    """What a row of the listing file asks for, as a rule; blank where it asks for nothing, or what it says is wrong."""
    parts: list[Rule] = []
    for name, column in COLUMN_OF.items():
        cell = cells.get(column, "")
        try:
            value = read_cell(column, cell) if cell else None
        except CellError:
            continue
        if value is None or (column == "accepted_fields" and any(each in _ANY for each in cell.split(";"))):
            continue
        parts.append(_comparison(name, value))
    return write(parts[0] if len(parts) == 1 else And(tuple(parts)), FIELDS) if parts else ""


def _comparison(name: str, value: object) -> Comparison:
    if isinstance(value, tuple):
        return Comparison(name, Operator.IN, tuple(str(each) for each in value))
    operand: Literal = value if isinstance(value, float) else str(value)
    if isinstance(operand, float) and operand.is_integer():
        operand = int(operand)
    return Comparison(name, Operator.AT_LEAST, operand)


def cells_of(text: str, before: Mapping[str, str]) -> dict[str, str]:
    """The columns that say what a rule says: {column: cell}, blank where it asks for nothing.

    `before` is the row so far: a listing that takes any field keeps saying so. Refused, with the place, when the rule
    cannot be read or asks for what no column holds.
    """
    cells = dict.fromkeys(COLUMN_OF.values(), "")
    for part in _parts(text):
        column = COLUMN_OF[part.field]
        if cells[column]:
            raise _refused(f"{part.field} is asked for twice.", "Ask for it once.")
        cells[column] = _cell(part)
    fields = before.get("accepted_fields", "")
    if not cells["accepted_fields"] and any(each in _ANY for each in fields.split(";")):
        cells["accepted_fields"] = fields
    return cells


def _parts(text: str) -> list[Comparison]:
    if not text.strip():
        return []
    rule = _read(text)
    parts = rule.parts if isinstance(rule, And) else (rule,)
    held = [part for part in parts if isinstance(part, Comparison)]
    if len(held) < len(parts):
        raise _refused("A listing cannot hold “or” or “not”.", "Join what it asks for with “and”.")
    return held


def _read(text: str) -> Rule:
    try:
        return read(text, FIELDS)
    except RuleTextError as error:
        raise _refused(f"{str(error)[:1].upper()}{str(error)[1:]}.", "") from None


def _cell(part: Comparison) -> str:
    field, operand = FIELDS[part.field], part.operand
    if field.kind is Kind.TEXT:
        if part.operator is Operator.IN and isinstance(operand, tuple):
            return ";".join(str(each) for each in operand)
        if part.operator is Operator.EQUAL:
            return str(operand)
        raise _refused(f"{part.field} can only be among some fields.", 'Write: in ("11", "27").')
    if part.operator is not Operator.AT_LEAST or isinstance(operand, tuple) or operand is None:
        raise _refused(f"{part.field} can only be at least something.", "Write: >= and the least that is asked for.")
    return str(operand)


def _refused(what: str, remedy: str) -> Refused:
    return Refused(Problem("rule", what, remedy))


@dataclass(frozen=True, slots=True)
class Applicant:
    """One golden persona held against a rule. `why` says what decided, in words."""

    title: str
    story: str
    truth: Truth
    why: str


def applicants(text: str) -> list[Applicant]:
    """Every golden persona held against a rule: who would qualify, who would not, of whom too little is known.

    Refused when the rule cannot be read. A blank one keeps nobody out.
    """
    rule = _read(text) if text.strip() else And(())
    found = []
    for persona in personas():
        came = evaluate(rule, persona.profile.stated(), FIELDS)
        why = "; ".join(dict.fromkeys(line.fact for line in came.deciding)) if came.truth is not Truth.TRUE else ""
        found.append(Applicant(persona.title, persona.story, came.truth, why))
    return found
