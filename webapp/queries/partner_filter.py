"""Filters of partners, and what one would say of leads that are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from webapp.domain.disclosure import LEAD_FIELDS, lead_record
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.profile import Profile
from webapp.domain.rule import Record
from webapp.domain.rule_evaluation import Truth
from webapp.domain.rule_filter import FilterRule, Sifting, read_filter, sift
from webapp.domain.rule_text import RuleTextError
from webapp.models import GroupedProgram, Lead, Match, PartnerFilter, Prospect, Submission

MOST_COUNTED = 1000


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
class Tried:
    """What one rule says of one record. `line` is its place in the text; `outcome` is passes, excluded or unknown."""

    number: int
    line: int
    outcome: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a filter says of one record, rule by rule. `decided_by` is the number of the rule that decides, if one."""

    outcome: str
    decided_by: int | None
    rules: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How a filter would have sifted the last leads of a partner. `by_rule` counts what each rule keeps out first."""

    looked_at: int
    passing: int
    excluded: int
    unknown: int
    by_rule: Mapping[int, int]


_OUTCOMES = {Truth.TRUE: "passes", Truth.FALSE: "excluded", Truth.UNKNOWN: "unknown"}


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


def record_of_lead(session: Session, lead: Lead) -> Record:
    """What a filter sees of a lead: what is sent, and nothing else."""
    told = session.execute(
        select(Submission.profile, Match.band)
        .join(Match, Match.submission_id == Submission.id)
        .where(Submission.id == lead.submission_id, Match.id == lead.match_id)
    ).one()
    return lead_record(told.profile, told.band, lead.channels)


def try_on_lead(session: Session, text: str, lead_id: UUID, *, partner_id: UUID | None = None) -> Trial:
    """What the filter `text` says of a lead that is there; Refused for a text that cannot be read.

    NotFound unless the lead is `partner_id`'s own, where that is given.
    """
    rules, lead = rules_of(text), session.get(Lead, lead_id)
    if lead is None or (partner_id is not None and lead.partner_id != partner_id):
        raise NotFound("There is no such lead.")
    return _trial(text, sift(rules, record_of_lead(session, lead), LEAD_FIELDS))


def try_on_profile(
    text: str, profile: Profile, *, band: str | None = None, channels: tuple[str, ...] = ("email",)
) -> Trial:
    """What the filter `text` says of a student who is not there; Refused for a text that cannot be read."""
    return _trial(text, sift(rules_of(text), lead_record(profile.to_json(), band, channels), LEAD_FIELDS))


def count_last(session: Session, text: str, partner_id: UUID, last: int, group_id: UUID | None = None) -> Tally:
    """How the filter `text` would have sifted the partner's last leads (of one group), tests and erased ones left out.

    At most `MOST_COUNTED` are looked at. Refused for a text that cannot be read.
    """
    rules = rules_of(text)
    statement = (
        select(Submission.profile, Match.band, Lead.channels)
        .join(Submission, Submission.id == Lead.submission_id)
        .join(Match, Match.id == Lead.match_id)
        .join(Prospect, Prospect.id == Lead.prospect_id)
        .where(Lead.partner_id == partner_id, ~Lead.test, Prospect.erased_at.is_(None))
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
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip()[:1] not in ("", "#")]
    return Trial(
        outcome=_OUTCOMES[sifting.passes],
        decided_by=sifting.decision.number if sifting.decision else None,
        rules=tuple(
            Tried(
                each.number, lines[each.number - 1], _OUTCOMES[each.passes], f"{str(each)[:1].upper()}{str(each)[1:]}."
            )
            for each in sifting.decisions
        ),
    )
