"""Trying a filter: on a lead that is there, on facts typed in, on the last leads of a partner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.disclosure import LEAD_FIELDS, lead_record
from webapp.domain.errors import NotFound, Refused
from webapp.domain.filter_sheet import Entry, entries_of
from webapp.domain.lead import HAS_PERSON, LeadStatus
from webapp.domain.rule import Record
from webapp.domain.rule_evaluation import Truth
from webapp.domain.rule_filter import Decision, Sifting, sift, wanted_of
from webapp.models import GroupedProgram, Lead, Match, Program, Prospect, Submission
from webapp.queries.partner_filter import record_of_lead, rules_of
from webapp.queries.visibility import visible_to

MOST_COUNTED = 1000
MOST_TO_TRY = 25
SHOWN = 200
"""How many of the last leads pages count."""
_NOT_COUNTED = (LeadStatus.UNDO_WINDOW, LeadStatus.WITHDRAWN)
"""What the student may still take back, or did, is nobody's to count."""


@dataclass(frozen=True, slots=True)
class LeadToTry:
    """A lead to try a filter on. Nothing here says who the student is."""

    id: UUID
    created_at: datetime
    program: str
    status: LeadStatus


@dataclass(frozen=True, slots=True)
class TracedLine:
    """One comparison: the field, what is asked for, what the lead says, and passes, excluded or unknown."""

    field: str
    asked: str
    has: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What one rule says of one record. `line` is its place in the text; `outcome` is passes, excluded or unknown.

    `asked` is what the rule asks for, of the facts that decided; `trace` holds every comparison.
    """

    number: int
    line: int
    outcome: str
    sentence: str
    facts: str
    asked: str
    name: str
    trace: tuple[TracedLine, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a filter says of one record, rule by rule. `decided_by` is the number of the rule that decides, if one."""

    outcome: str
    decided_by: int | None
    rules: tuple[Tried, ...]

    @property
    def decisive(self) -> Tried | None:
        """The rule that decides, if one does."""
        return next((rule for rule in self.rules if rule.number == self.decided_by), None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How a filter would have sifted the last leads of a partner. `by_rule` counts what each rule keeps out first."""

    looked_at: int
    passing: int
    excluded: int
    unknown: int
    by_rule: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Trials:
    """A filter held against all there is. `names` are the fields it asks about; `trial` is None without a lead."""

    names: tuple[str, ...]
    leads: tuple[LeadToTry, ...]
    trial: Trial | None
    tally: Tally


_OUTCOMES = {Truth.TRUE: "passes", Truth.FALSE: "excluded", Truth.UNKNOWN: "unknown"}


def leads_to_try(
    session: Session, partner_id: UUID, group_id: UUID | None = None, *, seen: bool
) -> tuple[LeadToTry, ...]:
    """The newest leads of a partner to try a filter on; with `seen` those alone whose student it was given."""
    statement = (
        select(Lead.id, Lead.created_at, func.coalesce(Program.name, Lead.program_id), Lead.status)
        .outerjoin(Program, Program.program_id == Lead.program_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(Lead.partner_id == partner_id, Prospect.erased_at.is_(None), Lead.status.not_in(_NOT_COUNTED))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(MOST_TO_TRY)
    )
    if seen:
        statement = statement.where(visible_to(partner_id), Lead.status.in_(HAS_PERSON))
    if group_id is not None:
        statement = statement.join(GroupedProgram, GroupedProgram.program_id == Lead.program_id).where(
            GroupedProgram.group_id == group_id
        )
    return tuple(LeadToTry(*row) for row in session.execute(statement))


def tally_of(session: Session, text: str, partner_id: UUID, group_id: UUID | None = None) -> Tally:
    """`count_last` over the last `SHOWN`; a filter that can no longer be read keeps nobody out."""
    try:
        return count_last(session, text, partner_id, SHOWN, group_id)
    except Refused:
        return count_last(session, "", partner_id, SHOWN, group_id)


def get_trials(
    session: Session,
    text: str,
    partner_id: UUID,
    group_id: UUID | None,
    *,
    lead_id: UUID | None,
    record: Record | None,
    with_leads: bool,
    seen: bool,
) -> Trials:
    """Hold `text` against the lead or the facts that were named, and against the last leads.

    `with_leads`: whoever asks may see what a lead says; `seen`: and only of leads that their partner was given.
    NotFound for another lead; Refused for a text that cannot be read.
    """
    trial: Trial | None = None
    if record is not None:
        trial = try_on_record(text, record)
    elif lead_id is not None and with_leads:
        trial = try_on_lead(session, text, lead_id, partner_id=partner_id, seen=seen)
    return Trials(
        names=fields_named(text),
        leads=leads_to_try(session, partner_id, group_id, seen=seen) if with_leads else (),
        trial=trial,
        tally=tally_of(session, text, partner_id, group_id),
    )


def try_on_lead(
    session: Session, text: str, lead_id: UUID, *, partner_id: UUID | None = None, seen: bool = False
) -> Trial:
    """What the filter `text` says of a lead that is there; Refused for a text that cannot be read.

    NotFound unless the lead is `partner_id`'s own, where that is given; with `seen` also unless it was given the
    student.
    """
    rules, lead = rules_of(text), session.get(Lead, lead_id)
    if lead is None or (partner_id is not None and lead.partner_id != partner_id):
        raise NotFound("There is no such lead.")
    if seen and lead.status not in HAS_PERSON:
        raise NotFound("There is no such lead.")
    return _trial(text, sift(rules, record_of_lead(session, lead), LEAD_FIELDS))


def try_on_record(text: str, record: Record) -> Trial:
    """What the filter `text` says of facts that somebody typed in; Refused for a text that cannot be read."""
    return _trial(text, sift(rules_of(text), record, LEAD_FIELDS))


def fields_named(text: str) -> tuple[str, ...]:
    """The fields that a filter names, in the order they are first named; Refused for a text that cannot be read."""
    empty: Record = {}
    sifting = sift(rules_of(text), empty, LEAD_FIELDS)
    return tuple(dict.fromkeys(line.field.name for each in sifting.decisions for line in each.evaluation.trace))


def count_last(session: Session, text: str, partner_id: UUID, last: int, group_id: UUID | None = None) -> Tally:
    """How the filter `text` would have sifted the partner's last leads (of one group).

    Left out are tests, those of students who were erased, and what a student took back or still may.

    At most `MOST_COUNTED` are looked at. Refused for a text that cannot be read.
    """
    rules = rules_of(text)
    statement = (
        select(Submission.profile, Match.band, Lead.channels)
        .join(Submission, Submission.id == Lead.submission_id)
        .join(Match, Match.id == Lead.match_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(Lead.partner_id == partner_id, ~Lead.test, Prospect.erased_at.is_(None))
        .where(Lead.status.not_in(_NOT_COUNTED))
        .order_by(Lead.created_at.desc(), Lead.id.desc())
        .limit(max(0, min(last, MOST_COUNTED)))
    )
    if group_id is not None:
        statement = statement.join(GroupedProgram, GroupedProgram.program_id == Lead.program_id).where(
            GroupedProgram.group_id == group_id
        )
    counts = dict.fromkeys(Truth, 0)
    by_rule: dict[int, int] = {rule.number: 0 for rule in rules}
    for profile, band, channels in session.execute(statement):
        sifting = sift(rules, lead_record(profile, band, channels), LEAD_FIELDS)
        counts[sifting.passes] += 1
        if sifting.passes is Truth.FALSE and sifting.decision is not None:
            by_rule[sifting.decision.number] += 1
    return Tally(sum(counts.values()), counts[Truth.TRUE], counts[Truth.FALSE], counts[Truth.UNKNOWN], by_rule)


def _trial(text: str, sifting: Sifting) -> Trial:
    entries = {entry.number: entry for entry in entries_of(text) if entry.number is not None}
    return Trial(
        outcome=_OUTCOMES[sifting.passes],
        decided_by=sifting.decision.number if sifting.decision else None,
        rules=tuple(_tried(each, entries[each.number]) for each in sifting.decisions),
    )


def _tried(decision: Decision, entry: Entry) -> Tried:
    said = str(decision)
    return Tried(
        number=decision.number,
        line=entry.line,
        outcome=_OUTCOMES[decision.passes],
        sentence=f"{said[:1].upper()}{said[1:]}.",
        facts=decision.facts,
        asked=decision.asked,
        name=entry.name,
        trace=tuple(
            TracedLine(
                line.field.label, wanted_of(line), line.fact.removeprefix(f"{line.field.label} "), _OUTCOMES[line.truth]
            )
            for line in decision.trace
        ),
    )
