"""What staff do to listings of the catalogue: take them down, put them back, say that they are still true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.listing_stage import LISTING_LIFECYCLE, ListingStage, stage_of
from webapp.models import Institution, ListingStatus, Program, VersionCause
from webapp.queries.listing import listings_by_id
from webapp.services.catalog import publish_rows
from webapp.services.catalog_row import SourceRow
from webapp.services.catalog_staging import FACTS
from webapp.services.catalog_version import count_published, forget_listings, lock_catalog, new_version


def archive(session: Session, clock: Clock, program_id: str, *, stale_days: int) -> int:
    """Take a listing down; the version it makes. It is kept, and old lists can still be made whole.

    NotFound when there is none; InvalidTransition when it is down already.
    """
    return _set(session, clock, program_id, ListingStage.ARCHIVED, stale_days)


def restore(session: Session, clock: Clock, program_id: str, *, stale_days: int) -> int:
    """Put a listing that was taken down back as it was; the version it makes. The same errors."""
    return _set(session, clock, program_id, ListingStage.PUBLISHED, stale_days)


def verify(session: Session, clock: Clock, program_ids: Iterable[str], *, on: date) -> int:
    """Say of published listings that somebody checked them on a day and that they are still true; how many changed.

    Refused when the day is to come. Listings that are not published are passed over.
    """
    if on > clock.now().date():
        raise Refused(Problem("on", "That day is to come.", "Say when it was checked."))
    # Read under the lock: what an import publishes meanwhile would be taken back else.
    lock_catalog(session)
    wanted = list(program_ids)
    rows = session.execute(
        select(Program.program_id, Program.catalog_source, Program.is_demo, Institution.key)
        .join(Institution, Institution.id == Program.institution_id)
        .where(Program.program_id.in_(wanted), Program.status == ListingStatus.PUBLISHED)
    ).all()
    listings = listings_by_id(session, [row.program_id for row in rows])
    by_source: dict[tuple[str, bool], list[SourceRow]] = defaultdict(list)
    for line, row in enumerate(rows, start=1):
        checked = replace(listings[row.program_id], verified_on=on)
        if checked != listings[row.program_id]:
            found = SourceRow(line=line, program_id=row.program_id, listing=checked, institution_key=row.key)
            by_source[row.catalog_source, row.is_demo].append(found)
    for (source, is_demo), some in by_source.items():
        publish_rows(session, clock, source=source, rows=some, is_demo=is_demo)
    return sum(map(len, by_source.values()))


def _set(session: Session, clock: Clock, program_id: str, stage: ListingStage, stale_days: int) -> int:
    lock_catalog(session)
    program = session.scalars(
        select(Program).where(Program.program_id == program_id).execution_options(populate_existing=True)
    ).first()
    if program is None:
        raise NotFound("There is no such listing.")
    now = stage_of(
        is_published=program.status is ListingStatus.PUBLISHED,
        verified_on=program.verified_on,
        today=clock.now().date(),
        stale_days=stale_days,
    )
    LISTING_LIFECYCLE.check(now, stage)
    version = new_version(session, VersionCause.EDIT)
    about = {"id": program.id, "version": version, "at": clock.now()}
    for statement in _STATEMENTS[stage]:
        session.execute(text(statement), about)
    count_published(session, version)
    forget_listings(session)
    return version


_KEEP = """
    INSERT INTO listing_revisions (program_id, from_version, to_version, institution, institution_control, title_iv,
        <facts>)
    SELECT p.program_id, p.since_version, :version, i.name, i.control, i.title_iv, <own facts>
    FROM programs p JOIN institutions i ON i.id = p.institution_id WHERE p.id = :id
""".replace("<facts>", ", ".join(FACTS)).replace("<own facts>", ", ".join(f"p.{name}" for name in FACTS))
_STATEMENTS = {
    ListingStage.ARCHIVED: (
        _KEEP,
        "UPDATE programs SET status = 'withdrawn', changed_in = :version, updated_at = :at WHERE id = :id",
    ),
    ListingStage.PUBLISHED: (
        """
        UPDATE programs SET status = 'published', since_version = :version, changed_in = :version, updated_at = :at
        WHERE id = :id
        """,
    ),
}
