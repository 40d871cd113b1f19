"""Filters of partners, and what one would say of leads that are there."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from webapp.domain.disclosure import LEAD_FIELDS, lead_record
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.filter_row import words_of
from webapp.domain.filter_sheet import Entry, entries_of
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.rule import Record
from webapp.domain.rule_filter import FilterRule, read_filter
from webapp.domain.rule_text import RuleTextError
from webapp.models import (
    GroupedProgram,
    Lead,
    Match,
    Partner,
    PartnerFilter,
    ProgramGroup,
    Submission,
)


@dataclass(frozen=True, slots=True)
class FilterVersion:
    """One version of a filter. A blank text took the filter away."""

    version: int
    text: str
    on_unknown: OnUnknown
    changed_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The filter that stands for a lead: its own group's, else the partner's."""

    filter_id: UUID
    version: int
    rules: tuple[FilterRule, ...]
    on_unknown: OnUnknown


@dataclass(frozen=True, slots=True)
class FilterScope:
    """The filter of a partner (`group_id` None), or of one of its program groups, as it stands.

    Version 0 and a blank text: there is none. `rules` are all that are written, with what each does in words; None
    where only its text says it.
    """

    group_id: UUID | None
    name: str
    version: int
    text: str
    on_unknown: OnUnknown
    rules: tuple[tuple[Entry, str | None], ...]

    @property
    def is_set(self) -> bool:
        """Whether it says anything, if only that everybody passes."""
        return bool(self.text.strip())


@lru_cache(maxsize=256)
def rules_of(text: str) -> tuple[FilterRule, ...]:
    """The rules of a filter on leads; Refused names the line and column of the first fault."""
    try:
        return read_filter(text, LEAD_FIELDS)
    except RuleTextError as error:
        place = f"Line {error.line}, column {error.column}: "
        raise Refused(Problem("text", f"{place}{error.problem}.", "Nothing was changed.")) from None


def find_standing(session: Session, *, partner_id: UUID, program_id: str) -> Standing | None:
    """The filter in force for a lead of this partner on this program; None where there is none."""
    group = select(GroupedProgram.group_id).where(GroupedProgram.program_id == program_id).scalar_subquery()
    rows = session.execute(
        select(PartnerFilter)
        .ext(distinct_on(PartnerFilter.group_id))
        .where(PartnerFilter.partner_id == partner_id)
        .where((PartnerFilter.group_id == group) | PartnerFilter.group_id.is_(None))
        .order_by(PartnerFilter.group_id, PartnerFilter.version.desc())
    ).scalars()
    # The group's own comes before the partner's; null sorts last.
    for row in rows:
        if row.text.strip():
            return Standing(row.id, row.version, rules_of(row.text), row.on_unknown)
    return None


def list_versions(session: Session, partner_id: UUID, group_id: UUID | None = None) -> tuple[FilterVersion, ...]:
    """Every version of the filter of a partner, or of one of its groups, the newest first."""
    rows = session.execute(
        select(
            PartnerFilter.version,
            PartnerFilter.text,
            PartnerFilter.on_unknown,
            PartnerFilter.changed_by,
            PartnerFilter.created_at,
        )
        .where(PartnerFilter.partner_id == partner_id, PartnerFilter.group_id.is_not_distinct_from(group_id))
        .order_by(PartnerFilter.version.desc())
    )
    return tuple(FilterVersion(*row) for row in rows)


def list_scopes(session: Session, partner_id: UUID) -> tuple[FilterScope, ...]:
    """The partner's own filter, then those of its program groups by name, set or not."""
    groups = session.execute(
        select(ProgramGroup.id, ProgramGroup.name)
        .where(ProgramGroup.partner_id == partner_id)
        .order_by(ProgramGroup.name, ProgramGroup.id)
    ).all()
    rows = session.execute(
        select(PartnerFilter)
        .ext(distinct_on(PartnerFilter.group_id))
        .where(PartnerFilter.partner_id == partner_id)
        .order_by(PartnerFilter.group_id, PartnerFilter.version.desc())
    ).scalars()
    newest = {row.group_id: row for row in rows}
    scopes: list[tuple[UUID | None, str]] = [(None, "All programs"), *((row.id, row.name) for row in groups)]
    return tuple(_scope(group_id, name, newest.get(group_id)) for group_id, name in scopes)


def get_scope(session: Session, partner_id: UUID, group_id: UUID | None = None) -> FilterScope:
    """One of them. NotFound without such a partner, or when it has no such group."""
    if session.get(Partner, partner_id) is None:
        raise NotFound("There is no such partner.")
    for scope in list_scopes(session, partner_id):
        if scope.group_id == group_id:
            return scope
    raise NotFound("This partner has no such program group.")


def record_of_lead(session: Session, lead: Lead) -> Record:
    """What a filter sees of a lead: what is sent, and nothing else."""
    told = session.execute(
        select(Submission.profile, Match.band)
        .join(Match, Match.submission_id == Submission.id)
        .where(Submission.id == lead.submission_id, Match.id == lead.match_id)
    ).one()
    return lead_record(told.profile, told.band, lead.channels)


def _scope(group_id: UUID | None, name: str, row: PartnerFilter | None) -> FilterScope:
    text = row.text if row else ""
    return FilterScope(
        group_id=group_id,
        name=name,
        version=row.version if row else 0,
        text=text,
        on_unknown=row.on_unknown if row else OnUnknown.PASS,
        rules=tuple((entry, _words(entry)) for entry in entries_of(text)),
    )


def _words(entry: Entry) -> str | None:
    """What a rule does, in words; None where it cannot be read or says more than rows can."""
    try:
        (rule,) = read_filter(entry.rule, LEAD_FIELDS)
    except ValueError:
        return None
    return words_of(rule, LEAD_FIELDS)
