"""The listings as staff look through them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, func, literal_column, select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.listing import Listing
from webapp.domain.listing_stage import ListingStage, stage_of, stale_before
from webapp.domain.search_words import SearchWords
from webapp.models import Institution, ListingDraft, ListingStatus, Program
from webapp.models.program import NEVER
from webapp.queries.listing import listings_by_id
from webapp.queries.paging import Key, Order, Page, count_up_to, read_page
from webapp.queries.search import programs_with

_ORDER = Order((Key(Program.program_id, str),), descending=False)
# Written out: bound as a parameter, the planner would not know the index that holds it.
_CHECKED = func.coalesce(Program.verified_on, literal_column(NEVER), type_=Date)
_OLDEST_FIRST = Order((Key(_CHECKED, date.fromisoformat), Key(Program.program_id, str)), descending=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which listings staff look for; None asks for nothing. A stage is one of the catalogue: not draft, not review."""

    text: str | None = None
    stage: ListingStage | None = None
    source: str | None = None
    credential: str | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """One listing of the catalogue, whole, with where it stands."""

    listing: Listing
    stage: ListingStage
    catalog_source: str
    is_demo: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """One listing with where it comes from, and where it stands."""

    id: UUID
    program_id: str
    name: str
    institution: str
    credential: str
    cip: str
    status: str
    is_demo: bool
    tuition_total_cents: int | None
    source: str | None
    verified_on: date | None
    catalog_source: str
    stage: ListingStage


def list_programs(
    session: Session, wanted: Wanted, *, cursor: str | None, today: date, stale_days: int
) -> Page[ProgramRow]:
    """Listings by id; stale ones by how long ago they were checked. `text`: an id, or words of a name."""
    statement: Any = select(
        Program.id,
        Program.program_id,
        Program.name,
        Institution.name,
        Program.credential,
        Program.cip,
        Program.status,
        Program.is_demo,
        Program.tuition_total_cents,
        Program.source,
        Program.verified_on,
        Program.catalog_source,
    ).join(Institution, Institution.id == Program.institution_id)
    statement = statement.where(*_conditions(session, wanted, stale_before(today, stale_days)))

    def made(row: Any) -> ProgramRow:
        is_published = row.status is ListingStatus.PUBLISHED
        stage = stage_of(is_published=is_published, verified_on=row.verified_on, today=today, stale_days=stale_days)
        return ProgramRow(*(*tuple(row)[:12], stage))

    order = _OLDEST_FIRST if wanted.stage is ListingStage.STALE else _ORDER
    return read_page(session, statement, order, made, cursor=cursor)


def count_programs(session: Session, wanted: Wanted, *, today: date, stale_days: int, most: int | None = None) -> int:
    """How many are like that; at `most` the counting stops."""
    statement = select(Program.id).join(Institution, Institution.id == Program.institution_id)
    return count_up_to(session, statement.where(*_conditions(session, wanted, stale_before(today, stale_days))), most)


def get_listing_state(session: Session, program_id: str, *, today: date, stale_days: int) -> ListingState:
    """One listing, published or taken down. NotFound when there is none."""
    row = session.execute(
        select(Program.status, Program.catalog_source, Program.is_demo, Program.updated_at).where(
            Program.program_id == program_id
        )
    ).first()
    if row is None:
        raise NotFound("There is no such listing.")
    listing = listings_by_id(session, [program_id])[program_id]
    is_published = row.status is ListingStatus.PUBLISHED
    stage = stage_of(is_published=is_published, verified_on=listing.verified_on, today=today, stale_days=stale_days)
    return ListingState(listing, stage, row.catalog_source, row.is_demo, row.updated_at)


def stage_counts(session: Session, *, today: date, stale_days: int) -> Mapping[ListingStage, int]:
    """How many listings stand at each stage; drafts may stand beside published ones."""
    before = stale_before(today, stale_days)
    is_published = Program.status == ListingStatus.PUBLISHED
    drafts, reviews = (
        select(func.count()).where(ListingDraft.stage == stage.value).scalar_subquery()
        for stage in (ListingStage.DRAFT, ListingStage.REVIEW)
    )
    stale, published, whole, drafting, reviewing = session.execute(
        select(
            func.count().filter(is_published, before > _CHECKED),
            func.count().filter(is_published),
            func.count(),
            drafts,
            reviews,
        ).select_from(Program)
    ).one()
    return {
        ListingStage.DRAFT: drafting,
        ListingStage.REVIEW: reviewing,
        ListingStage.PUBLISHED: published - stale,
        ListingStage.STALE: stale,
        ListingStage.ARCHIVED: whole - published,
    }


def _conditions(session: Session, wanted: Wanted, before: date) -> list[Any]:
    conditions: list[Any] = []
    if wanted.text:
        words = programs_with(session, SearchWords(wanted.text))
        conditions.append(Program.id.in_(words) if words is not None else Program.program_id == wanted.text)
    if wanted.source:
        conditions.append(Program.catalog_source == wanted.source)
    if wanted.credential:
        conditions.append(Program.credential == wanted.credential)
    if wanted.stage is not None:
        archived = wanted.stage is ListingStage.ARCHIVED
        conditions.append(Program.status == (ListingStatus.WITHDRAWN if archived else ListingStatus.PUBLISHED))
    if wanted.stage is ListingStage.STALE:
        conditions.append(before > _CHECKED)
    elif wanted.stage is ListingStage.PUBLISHED:
        conditions.append(before <= _CHECKED)
    return conditions
