"""Publishers that embed the form: set up by staff, and what comes through them counted as it happens."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.domain.clock import Clock
from webapp.domain.errors import NotFound, Problem, Refused
from webapp.domain.ids import new_id
from webapp.domain.publisher import (
    KEY,
    PUBLISHER,
    PUBLISHER_LIFECYCLE,
    OriginError,
    PublisherStatus,
    new_key,
    parse_origins,
)
from webapp.models import Publisher, PublisherDay

LONGEST_NAME = 100


def create(session: Session, clock: Clock, *, name: str, origins: str) -> UUID:
    """A publisher that may embed the form at once; its id. `origins`: sites, one to a line. Refused with problems."""
    now = clock.now()
    found = _checked(session, None, name, origins)
    made = Publisher(
        id=new_id(),
        key=new_key(),
        name=name.strip(),
        origins=list(found),
        status=PublisherStatus.LIVE,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def change(session: Session, clock: Clock, publisher_id: UUID, *, name: str, origins: str) -> None:
    """Give a publisher another name and other sites. Refused with problems."""
    row = _locked(session, publisher_id)
    row.origins = list(_checked(session, publisher_id, name, origins))
    row.name, row.updated_at = name.strip(), clock.now()
    session.flush()


def move(session: Session, clock: Clock, publisher_id: UUID, status: PublisherStatus) -> None:
    """Pause a publisher's form, or let it go on; InvalidTransition where it is so already."""
    row = _locked(session, publisher_id)
    row.status = PUBLISHER_LIFECYCLE.check(row.status, status)
    row.updated_at = clock.now()
    session.flush()


def count(
    session: Session,
    clock: Clock,
    attribution: Mapping[str, str],
    *,
    started: int = 0,
    completed: int = 0,
    requests: int = 0,
    introductions: int = 0,
) -> None:
    """Count what just happened for the publisher that `attribution` names, in the transaction in which it happens.

    Nothing where it names none, or one that is not there.
    """
    key = attribution.get(PUBLISHER, "")
    if not KEY.fullmatch(key):
        return
    counts = {"started": started, "completed": completed, "requests": requests, "introductions": introductions}
    of_publisher = select(Publisher.id, literal(clock.now().date()), *(literal(number) for number in counts.values()))
    adding = insert(PublisherDay).from_select(
        ["publisher_id", "day", *counts], of_publisher.where(Publisher.key == key)
    )
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["publisher_id", "day"],
            set_={name: getattr(PublisherDay, name) + adding.excluded[name] for name in counts},
        )
    )


def _checked(session: Session, publisher_id: UUID | None, name: str, origins: str) -> tuple[str, ...]:
    problems: list[Problem] = []
    found: tuple[str, ...] = ()
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        problems.append(Problem("name", f"The name has to have 1 to {LONGEST_NAME} characters."))
    same = select(Publisher.id).where(func.lower(Publisher.name) == name.strip().lower())
    if session.scalars(same.where(Publisher.id != publisher_id) if publisher_id else same).first() is not None:
        problems.append(Problem("name", "Another publisher has that name."))
    try:
        found = parse_origins(origins)
    except OriginError as error:
        problems.append(Problem("origins", str(error)))
    if problems:
        raise Refused(*problems)
    return found


def _locked(session: Session, publisher_id: UUID) -> Publisher:
    found = session.get(Publisher, publisher_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such publisher.")
    return found
