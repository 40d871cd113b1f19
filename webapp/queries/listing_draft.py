"""Listings being written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.errors import NotFound
from webapp.domain.listing import FactSource
from webapp.domain.listing_stage import ListingStage
from webapp.models import ListingDraft
from webapp.queries.paging import Page, newest_first, read_page

_ORDER = newest_first(ListingDraft.updated_at, ListingDraft.id)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One listing being written."""

    id: UUID
    program_id: str
    name: str
    institution: str
    stage: ListingStage
    is_new: bool
    made_by: str
    updated_at: datetime
    from_partner: bool


@dataclass(frozen=True, slots=True)
class DraftDetail:
    """A draft with what stands in it, as typed."""

    row: DraftRow
    cells: dict[str, str]
    sources: dict[str, FactSource]
    catalog_source: str
    note: str | None
    proposal_id: UUID | None


def list_drafts(session: Session, stage: ListingStage, *, cursor: str | None) -> Page[DraftRow]:
    """Drafts of a stage, last touched first."""
    statement: Any = select(ListingDraft).where(ListingDraft.stage == stage.value)
    return read_page(session, statement, _ORDER, lambda row: _row(row[0]), cursor=cursor)


def get_draft(session: Session, draft_id: UUID) -> DraftDetail:
    """One draft. NotFound when it was published or thrown away."""
    draft = session.get(ListingDraft, draft_id, populate_existing=True)
    if draft is None:
        raise NotFound("There is no such draft: it was published or thrown away.")
    sources = {column: FactSource(**told) for column, told in draft.fact_sources.items()}
    return DraftDetail(_row(draft), dict(draft.cells), sources, draft.catalog_source, draft.note, draft.proposal_id)


def find_draft(session: Session, program_id: str) -> DraftRow | None:
    """The draft beside a listing."""
    draft = session.scalars(select(ListingDraft).where(ListingDraft.program_id == program_id)).first()
    return None if draft is None else _row(draft)


def _row(draft: ListingDraft) -> DraftRow:
    return DraftRow(
        id=draft.id,
        program_id=draft.program_id,
        name=draft.cells.get("name", ""),
        institution=draft.cells.get("institution", ""),
        stage=ListingStage(draft.stage),
        is_new=draft.based_on is None,
        made_by=draft.made_by,
        updated_at=draft.updated_at,
        from_partner=draft.proposal_id is not None,
    )
