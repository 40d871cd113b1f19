"""What a listing said before, and what changed when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.domain.listing import COLUMNS, Listing
from webapp.domain.listing_row import to_row
from webapp.models import CatalogImport, CatalogVersion, ListingRevision
from webapp.queries.listing import listings_by_id, revised_listings

MOST = 50


@dataclass(frozen=True, slots=True)
class Revision:
    """What a listing said until version `until` of the catalogue, and what that version changed: {column: [from, to]}.

    `cause` is `import`, `undo` or `edit`; `filename` that of the import.
    """

    until: int
    listing: Listing
    changed_at: datetime | None
    cause: str | None
    filename: str | None
    changes: Mapping[str, tuple[str, str]]


def list_revisions(session: Session, program_id: str) -> list[Revision]:
    """The last states of a listing before what it says now, newest first; at most MOST."""
    now = listings_by_id(session, [program_id]).get(program_id)
    if now is None:
        return []
    former = revised_listings(session, program_id, limit=MOST)
    about = {
        row.number: row
        for row in session.execute(
            select(CatalogVersion.number, CatalogVersion.made_at, CatalogVersion.cause, CatalogImport.filename)
            .outerjoin(CatalogImport, CatalogImport.catalog_version == CatalogVersion.number)
            .where(CatalogVersion.number.in_([until for until, _ in former]))
        )
    }
    revisions, after = [], now
    for until, listing in former:
        made = about.get(until)
        revisions.append(
            Revision(
                until,
                listing,
                made.made_at if made else None,
                made.cause if made else None,
                made.filename if made else None,
                differences(listing, after),
            )
        )
        after = listing
    return revisions


def find_revision(session: Session, program_id: str, until: int) -> Listing | None:
    """What a listing said until a version of the catalogue."""
    exists = session.get(ListingRevision, (program_id, until))
    if exists is None:
        return None
    return next(listing for number, listing in revised_listings(session, program_id) if number == until)


def differences(before: Listing, after: Listing) -> dict[str, tuple[str, str]]:
    """By column of the listing file, what two listings say differently, as text; blank is unknown."""
    one, other = to_row(before), to_row(after)
    told = {column: (one[column], other[column]) for column in COLUMNS if one[column] != other[column]}
    for column in sorted({*before.fact_sources, *after.fact_sources}):
        first, second = before.source_of(column), after.source_of(column)
        if first != second:
            words = [", ".join(part for part in (each.source, each.as_of) if part) for each in (first, second)]
            told[f"source of {column}"] = (words[0], words[1])
    return told
