"""Listings as published: for the engine's snapshot and for the pages that show them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.domain.credential import Credential, Education, EnglishLevel
from webapp.domain.listing import Control, FactSource, Listing, TuitionBasis
from webapp.domain.listing_cell import parse_bridge
from webapp.domain.profile import Modality, Pace
from webapp.domain.subject import SubjectLevel
from webapp.matching.catalog import Catalog
from webapp.models import CatalogVersion, Institution, ListingRevision, ListingStatus, Program
from webapp.queries.edition import Edition

_FROM_INSTITUTION = {
    "institution": Institution.name,
    "institution_control": Institution.control,
    "title_iv": Institution.title_iv,
}
_COLUMNS: list[Any] = [_FROM_INSTITUTION.get(each.name, getattr(Program, each.name, None)) for each in fields(Listing)]
_REVISED: list[Any] = [getattr(ListingRevision, each.name) for each in fields(Listing)]
_ENUMS: Mapping[str, type[StrEnum]] = {
    "institution_control": Control,
    "credential": Credential,
    "tuition_basis": TuitionBasis,
    "min_education": Education,
    "min_english": EnglishLevel,
    **{f"req_{subject}": SubjectLevel for subject in (
        "programming", "statistics", "calculus", "linear_algebra", "databases", "machine_learning"
    )},
}  # fmt: skip
_ENUM_LISTS: Mapping[str, type[StrEnum]] = {"modality": Modality, "pace": Pace}
_LISTS = frozenset({"states_authorized", "start_terms", "accepted_fields", "topics"})


def current_version(session: Session) -> int:
    """The number of the newest published catalogue; 0 when nothing was published yet."""
    return session.execute(select(func.coalesce(func.max(CatalogVersion.number), 0))).scalar_one()


def published_listings(session: Session) -> Iterator[Listing]:
    """Every published listing, ordered by program id, streamed."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.status == ListingStatus.PUBLISHED)
        .order_by(Program.program_id)
        .execution_options(yield_per=2000)
    )
    return (_listing(row) for row in rows)


def has_kept(session: Session, version: int) -> bool:
    """Whether this version of the catalogue exists and can be made whole again: every later change was kept."""
    exists = session.get(CatalogVersion, version) is not None
    gap = select(CatalogVersion.number).where(CatalogVersion.number > version, ~CatalogVersion.changes_kept).limit(1)
    return exists and session.execute(gap).first() is None


def edition_of(session: Session, version: int) -> Edition:
    """Every listing as it was published in this version.

    Right for the newest version, also while an import publishes the next, and for older ones that `has_kept` holds of.
    """
    now = (
        select(*_COLUMNS)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.status == ListingStatus.PUBLISHED, Program.since_version <= version)
    )
    then = select(*_REVISED).where(ListingRevision.from_version <= version, ListingRevision.to_version > version)
    return Edition(session.execute(now.union_all(then).execution_options(yield_per=5000)), _listing)


def catalog_of(session: Session, version: int) -> Catalog:
    """The engine's snapshot of this version, under the same condition."""
    edition = edition_of(session, version)
    return Catalog.from_facts(edition.facts(), edition, str(version))


def listings_by_id(session: Session, program_ids: Iterable[str]) -> dict[str, Listing]:
    """The listings named, published or since withdrawn, keyed by program id."""
    rows = session.execute(
        select(*_COLUMNS)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.program_id.in_(list(program_ids)))
    )
    return {listing.program_id: listing for listing in map(_listing, rows)}


def listings_in(session: Session, version: int, program_ids: Iterable[str]) -> dict[str, Listing]:
    """Those of the listings named that were changed or withdrawn since `version`, as they were published in it."""
    rows = session.execute(
        select(*_REVISED).where(
            ListingRevision.program_id.in_(list(program_ids)),
            ListingRevision.from_version <= version,
            ListingRevision.to_version > version,
        )
    )
    return {listing.program_id: listing for listing in map(_listing, rows)}


def revised_listings(session: Session, program_id: str, *, limit: int | None = None) -> list[tuple[int, Listing]]:
    """What a listing said before, newest first: pairs of the version that changed it, and the listing until then."""
    rows = session.execute(
        select(ListingRevision.to_version, *_REVISED)
        .where(ListingRevision.program_id == program_id)
        .order_by(ListingRevision.to_version.desc())
        .limit(limit)
    )
    return [(row[0], _listing(row[1:])) for row in rows]


def demo_program_ids(session: Session, program_ids: Iterable[str]) -> frozenset[str]:
    """Those of the named programs that are invented for demonstration."""
    rows = session.execute(select(Program.program_id).where(Program.program_id.in_(list(program_ids)), Program.is_demo))
    return frozenset(rows.scalars())


def _listing(row: Any) -> Listing:
    return Listing(**{each.name: _value(each.name, value) for each, value in zip(fields(Listing), row, strict=True)})


def _value(name: str, value: Any) -> Any:
    if name in _LISTS:
        return tuple(value or ())
    if name in _ENUM_LISTS:
        return tuple(_ENUM_LISTS[name](item) for item in value or ())
    if name == "bridge_for":
        return tuple(parse_bridge(item) for item in value or ())
    if name == "fact_sources":
        return {column: FactSource(**told) for column, told in (value or {}).items()}
    return _ENUMS[name](value) if value is not None and name in _ENUMS else value
