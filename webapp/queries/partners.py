"""Partners as staff see them: the list, one with all that belongs to it, and its steps."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.lead import NOT_YET_SENT
from webapp.domain.partner import PartnerStatus, PausedBy
from webapp.models import (
    GroupedProgram,
    Institution,
    Lead,
    Partner,
    PartnerEvent,
    PartnerInstitution,
    Program,
    ProgramGroup,
)
from webapp.queries.paging import Page, by_name, count_up_to, read_page
from webapp.queries.terms import Terms, find_terms

_BY_NAME = by_name(Partner.display_name, Partner.id)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One line of the list."""

    id: UUID
    slug: str
    display_name: str
    legal_name: str
    status: PartnerStatus
    institutions: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SpokenFor:
    """An institution a partner speaks for. `title_iv` None: unknown, which counts as yes."""

    id: UUID
    name: str
    title_iv: bool | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A program group and its programs, as (program id, name)."""

    id: UUID
    name: str
    programs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PartnerStep:
    """One step of a partner's status."""

    at: datetime
    from_status: PartnerStatus | None
    to_status: PartnerStatus
    reason: str
    words: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class PartnerDetail:
    """All of one partner but its leads. `terms` are those in force."""

    id: UUID
    slug: str
    legal_name: str
    display_name: str
    status: PartnerStatus
    time_zone: str
    contact_email: str
    created_at: datetime
    institutions: tuple[SpokenFor, ...]
    groups: tuple[GroupRow, ...]
    terms: Terms | None
    steps: tuple[PartnerStep, ...]
    paused_by: PausedBy | None


def list_partners(
    session: Session, *, status: PartnerStatus | None = None, cursor: str | None = None
) -> Page[PartnerRow]:
    """Partners, or those of one status, by name."""
    institutions = select(func.count()).where(PartnerInstitution.partner_id == Partner.id).scalar_subquery()
    statement = select(Partner, institutions).where(*_with(status))
    return read_page(session, statement, _BY_NAME, _row, cursor=cursor)


def count_partners(session: Session, *, status: PartnerStatus | None = None, most: int | None = None) -> int:
    """How many there are, or of one status; at `most` the counting stops."""
    return count_up_to(session, select(Partner.id).where(*_with(status)), most)


def _with(status: PartnerStatus | None) -> list[ColumnElement[bool]]:
    return [Partner.status == status] if status is not None else []


def _row(row: tuple[Partner, int]) -> PartnerRow:
    partner, institutions = row[0], row[1]
    return PartnerRow(
        partner.id,
        partner.slug,
        partner.display_name,
        partner.legal_name,
        partner.status,
        institutions,
        partner.created_at,
    )


def get_partner(session: Session, partner_id: UUID, now: datetime) -> PartnerDetail:
    """One partner. NotFound when there is none."""
    row = session.get(Partner, partner_id)
    if row is None:
        raise NotFound("There is no such partner.")
    return PartnerDetail(
        id=row.id,
        slug=row.slug,
        legal_name=row.legal_name,
        display_name=row.display_name,
        status=row.status,
        time_zone=row.time_zone,
        contact_email=row.contact_email,
        created_at=row.created_at,
        institutions=_institutions(session, partner_id),
        groups=list_groups(session, partner_id),
        terms=find_terms(session, partner_id, now),
        steps=_steps(session, partner_id),
        paused_by=paused_by(session, row),
    )


def paused_by(session: Session, partner: Partner) -> PausedBy | None:
    """Who paused a partner; None while it is not paused."""
    if partner.status is not PartnerStatus.PAUSED:
        return None
    if partner.paused_by_partner:
        return PausedBy.PARTNER
    reason = session.execute(
        select(PartnerEvent.reason)
        .where(PartnerEvent.partner_id == partner.id, PartnerEvent.to_status == PartnerStatus.PAUSED)
        .order_by(PartnerEvent.at.desc(), PartnerEvent.id.desc())
        .limit(1)
    ).scalar()
    return PausedBy.COMPLAINTS if reason == PausedBy.COMPLAINTS else PausedBy.STAFF


def find_partner_id(session: Session, slug: str) -> UUID | None:
    """The id of the partner of that short name."""
    return session.execute(select(Partner.id).where(Partner.slug == slug)).scalar_one_or_none()


def list_groups(session: Session, partner_id: UUID) -> tuple[GroupRow, ...]:
    """The program groups of a partner with their programs, by name."""
    groups = session.execute(
        select(ProgramGroup.id, ProgramGroup.name)
        .where(ProgramGroup.partner_id == partner_id)
        .order_by(func.lower(ProgramGroup.name), ProgramGroup.id)
    ).all()
    members: dict[UUID, list[tuple[str, str]]] = {group.id: [] for group in groups}
    rows = session.execute(
        select(GroupedProgram.group_id, GroupedProgram.program_id, Program.name)
        .outerjoin(Program, Program.program_id == GroupedProgram.program_id)
        .where(GroupedProgram.group_id.in_(members))
        .order_by(Program.name, GroupedProgram.program_id)
    )
    for group_id, program_id, name in rows:
        members[group_id].append((program_id, name or program_id))
    return tuple(GroupRow(group.id, group.name, tuple(members[group.id])) for group in groups)


def _institutions(session: Session, partner_id: UUID) -> tuple[SpokenFor, ...]:
    rows = session.execute(
        select(Institution.id, Institution.name, Institution.title_iv)
        .join(PartnerInstitution, PartnerInstitution.institution_id == Institution.id)
        .where(PartnerInstitution.partner_id == partner_id)
        .order_by(Institution.name, Institution.id)
    )
    return tuple(SpokenFor(*row) for row in rows)


def _steps(session: Session, partner_id: UUID) -> tuple[PartnerStep, ...]:
    rows = session.scalars(
        select(PartnerEvent).where(PartnerEvent.partner_id == partner_id).order_by(PartnerEvent.at, PartnerEvent.id)
    )
    return tuple(
        PartnerStep(
            row.at,
            PartnerStatus(row.from_status) if row.from_status else None,
            PartnerStatus(row.to_status),
            row.reason,
            row.words,
            row.actor,
        )
        for row in rows
    )


def count_waiting(session: Session, partner_id: UUID) -> int:
    """How many leads are on their way to a partner and have left nothing with it yet."""
    waiting = select(func.count()).select_from(Lead)
    return session.execute(waiting.where(Lead.partner_id == partner_id, Lead.status.in_(NOT_YET_SENT))).scalar_one()


def partner_state(session: Session, partner_id: UUID) -> dict[str, object]:
    """What the audit log keeps of a partner before and after staff change it."""
    row = session.get(Partner, partner_id, populate_existing=True)
    if row is None:
        raise NotFound("There is no such partner.")
    names = ("slug", "legal_name", "display_name", "status", "time_zone", "contact_email")
    groups = {
        group.name: [program_id for program_id, _ in group.programs] for group in list_groups(session, partner_id)
    }
    spoken_for = [each.name for each in _institutions(session, partner_id)]
    return {**{name: str(getattr(row, name)) for name in names}, "institutions": spoken_for, "groups": groups}
