"""Listings that are probably one and the same program, listed twice."""

from dataclasses import dataclass

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, aliased

from webapp.models import Institution, ListingStatus, Program

MOST_GROUPS = 100


@dataclass(frozen=True, slots=True)
class Twin:
    """Another listing of the same school, credential and field, or of the same name."""

    program_id: str
    name: str
    catalog_source: str


@dataclass(frozen=True, slots=True)
class TwinGroup:
    """Published listings of one school that have one name and one credential."""

    institution: str
    name: str
    credential: str
    program_ids: tuple[str, ...]


def list_twins(session: Session, program_id: str) -> list[Twin]:
    """Published listings that may be the same as one: same school and credential, same field of study or name."""
    own, other = aliased(Program), aliased(Program)
    rows = session.execute(
        select(other.program_id, other.name, other.catalog_source)
        .join(own, true())
        .where(
            own.program_id == program_id,
            other.institution_id == own.institution_id,
            other.program_id != own.program_id,
            other.credential == own.credential,
            (other.cip == own.cip) | (func.lower(other.name) == func.lower(own.name)),
            other.status == ListingStatus.PUBLISHED,
        )
        .order_by(other.program_id)
        .limit(20)
    )
    return [Twin(*row) for row in rows]


def list_twin_groups(session: Session) -> list[TwinGroup]:
    """Schools with two or more published listings of one name, credential and field; the first MOST_GROUPS."""
    name = func.lower(Program.name)
    # School by school: all at once, every name in the catalogue is sorted, on disk.
    twins = (
        select(
            name.label("folded"),
            func.min(Program.name).label("name"),
            Program.credential,
            func.array_agg(Program.program_id).label("ids"),
        )
        .where(Program.institution_id == Institution.id, Program.status == ListingStatus.PUBLISHED)
        .group_by(name, Program.credential, Program.cip)
        .having(func.count() > 1)
        .lateral("twins")
    )
    rows = session.execute(
        select(Institution.name, twins.c.name, twins.c.credential, twins.c.ids)
        .join(twins, true())
        .order_by(Institution.name, twins.c.folded)
        .limit(MOST_GROUPS)
    )
    return [TwinGroup(school, name, credential, tuple(sorted(ids))) for school, name, credential, ids in rows]
