"""Submissions for the back office: the list, and one with all it holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.lead import LeadStatus
from webapp.models import Institution, Lead, Match, Partner, Program, Prospect, Submission
from webapp.queries.consents import ConsentChain, consent_chain
from webapp.queries.messages import MessageRow, messages_of_submission
from webapp.queries.paging import Page, count_up_to, newest_first, read_page
from webapp.queries.prospects import Student, get_student

_ORDER = newest_first(Submission.created_at, Submission.id)


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """One line of the list: nothing that says who the student is."""

    id: UUID
    created_at: datetime
    goal: str | None
    state: str | None
    wants_mail: bool
    matches: int
    leads: int
    catalog_version: str


@dataclass(frozen=True, slots=True)
class SubmissionFilter:
    """What a list of submissions is narrowed to; None means all. `person` is the keyed hash of an address."""

    person: bytes | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One match as the student saw it, with the listing's name as far as it is still known."""

    program_id: str
    name: str | None
    institution: str | None
    rank: int
    score: float
    low: float
    high: float
    coverage: float
    band: str
    verdict: str
    contributions: dict[str, float]
    reasons: tuple[dict[str, Any], ...]
    caveats: tuple[Any, ...]
    gaps: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class LeadOfSubmission:
    """A lead as its submission's page lists it."""

    id: UUID
    partner: str
    program_id: str
    status: LeadStatus
    reason: str | None
    test: bool


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """All of one submission. Holds personal data (`student`)."""

    id: UUID
    created_at: datetime
    student: Student
    profile: dict[str, Any]
    engine_version: str
    weights_version: str
    catalog_version: str
    considered: int
    excluded: dict[str, int]
    wants_mail: bool
    attribution: dict[str, str]
    page: str
    matches: tuple[MatchRow, ...]
    leads: tuple[LeadOfSubmission, ...]
    consents: ConsentChain
    messages: tuple[MessageRow, ...]


def list_submissions(session: Session, wanted: SubmissionFilter, *, cursor: str | None) -> Page[SubmissionRow]:
    """Submissions, newest first."""
    matches = select(func.count()).where(Match.submission_id == Submission.id).scalar_subquery()
    leads = select(func.count()).where(Lead.submission_id == Submission.id).scalar_subquery()
    statement = select(
        Submission.id,
        Submission.created_at,
        Submission.profile["goal"]["words"].astext.label("goal"),
        Submission.profile["practical"]["state"].astext.label("state"),
        Submission.wants_mail,
        matches.label("matches"),
        leads.label("leads"),
        Submission.catalog_version,
    )
    statement = _narrowed(statement, wanted)
    return read_page(session, statement, _ORDER, lambda row: SubmissionRow(*row[:8]), cursor=cursor)


def count_submissions(session: Session, wanted: SubmissionFilter, *, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    return count_up_to(session, _narrowed(select(Submission.id), wanted), most)


def _narrowed(statement: Any, wanted: SubmissionFilter) -> Any:
    if wanted.person is not None:
        statement = statement.join(Prospect, Prospect.id == Submission.prospect_id)
        statement = statement.where(Prospect.email_key == wanted.person)
    if wanted.since is not None:
        statement = statement.where(Submission.created_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(Submission.created_at < wanted.until)
    return statement


def get_submission(session: Session, submission_id: UUID) -> SubmissionDetail:
    """One submission with everything it made. NotFound when there is none."""
    row = session.get(Submission, submission_id)
    if row is None:
        raise NotFound("There is no such submission.")
    return SubmissionDetail(
        id=row.id,
        created_at=row.created_at,
        student=get_student(session, row.prospect_id),
        profile=dict(row.profile),
        engine_version=row.engine_version,
        weights_version=row.weights_version,
        catalog_version=row.catalog_version,
        considered=row.considered,
        excluded=dict(row.excluded),
        wants_mail=row.wants_mail,
        attribution=dict(row.attribution),
        page=row.page,
        matches=_matches(session, Match.submission_id == row.id),
        leads=_leads(session, row.id),
        consents=consent_chain(session, row.prospect_id),
        messages=messages_of_submission(session, row.id),
    )


def get_match(session: Session, match_id: UUID) -> MatchRow:
    """One match with the names of what it is about."""
    return _matches(session, Match.id == match_id)[0]


def _matches(session: Session, which: Any) -> tuple[MatchRow, ...]:
    rows = session.execute(
        select(Match, Program.name, Institution.name)
        .outerjoin(Program, Program.program_id == Match.program_id)
        .outerjoin(Institution, Institution.id == Program.institution_id)
        .where(which)
        .order_by(Match.rank)
    )
    return tuple(
        MatchRow(
            program_id=match.program_id,
            name=name,
            institution=institution,
            rank=match.rank,
            score=match.score,
            low=match.low,
            high=match.high,
            coverage=match.coverage,
            band=match.band,
            verdict=match.verdict,
            contributions=dict(match.contributions),
            reasons=tuple(match.reasons),
            caveats=tuple(match.caveats),
            gaps=tuple(match.gaps),
        )
        for match, name, institution in rows
    )


def _leads(session: Session, submission_id: UUID) -> tuple[LeadOfSubmission, ...]:
    rows = session.execute(
        select(Lead.id, Partner.display_name, Lead.program_id, Lead.status, Lead.reason, Lead.test)
        .join(Partner, Partner.id == Lead.partner_id)
        .where(Lead.submission_id == submission_id)
        .order_by(Lead.created_at, Lead.id)
    )
    return tuple(LeadOfSubmission(*row) for row in rows)
