"""Versions of the catalogue: one writer at a time, a number taken before anything changes."""

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from webapp.models import CatalogVersion, Institution, ListingStatus, Program, VersionCause

_ONE_WRITER_AT_A_TIME = 7305062


def lock_catalog(session: Session) -> None:
    """Wait until nobody else changes what is published; held to the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(_ONE_WRITER_AT_A_TIME)))


def new_version(session: Session, cause: VersionCause) -> int:
    """The number of the version this change makes. Taken before anything changes: what is replaced is kept under it."""
    added = insert(CatalogVersion).values(published=0, changes_kept=True, cause=cause).returning(CatalogVersion.number)
    return session.execute(added).scalar_one()


def count_published(session: Session, version: int | None) -> None:
    """Write into the version how many listings it publishes. None: there is no new version."""
    published = select(func.count()).select_from(Program).where(Program.status == ListingStatus.PUBLISHED)
    session.execute(
        update(CatalogVersion)
        .where(CatalogVersion.number == version)
        .values(published=published.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def forget_listings(session: Session) -> None:
    """Let the session read again what statements changed behind its back."""
    for known in list(session.identity_map.values()):
        if isinstance(known, Program | Institution):
            session.expire(known)
