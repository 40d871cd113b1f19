"""The catalogue as a whole: how much is published from where, and the listings for an export."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from webapp.domain.listing import Listing
from webapp.models import ListingStatus, Program
from webapp.queries.listing import published_listings


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What one source has in the catalogue."""

    source: str
    published: int
    withdrawn: int
    is_demo: bool


def has_listings(session: Session) -> bool:
    """Whether there is any listing, published or withdrawn."""
    return bool(session.execute(select(exists().select_from(Program))).scalar_one())


def source_counts(session: Session) -> list[SourceCount]:
    """Every source with how many listings it has, by name."""
    published = func.count().filter(Program.status == ListingStatus.PUBLISHED)
    rows = session.execute(
        select(Program.catalog_source, published, func.count(), func.bool_or(Program.is_demo))
        .group_by(Program.catalog_source)
        .order_by(Program.catalog_source)
    )
    return [SourceCount(source, out, total - out, demo) for source, out, total, demo in rows]


def export_listings(session: Session, source: str | None = None) -> Iterator[Listing]:
    """Every published listing, of one source or of all, ordered by program id, streamed."""
    if source is None:
        return published_listings(session)
    wanted = frozenset(
        session.scalars(
            select(Program.program_id).where(
                Program.catalog_source == source, Program.status == ListingStatus.PUBLISHED
            )
        )
    )
    return (listing for listing in published_listings(session) if listing.program_id in wanted)
