"""Shared links end when they should, and nothing of them stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.request import open_draft
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import NotFound, Refused
from webapp.domain.links import Links
from webapp.domain.shared_list import SharedContent, SharedKind, SharedProgram
from webapp.models import SharedList
from webapp.queries.share import find_shared, list_shared
from webapp.services import draft, share

CONTENT = SharedContent(kind=SharedKind.SHORTLIST, programs=(SharedProgram(program_id="p-1", verdict="eligible"),))
KEEP = timedelta(days=7)


@pytest.fixture
def draft_id(session: Session, clock: FrozenClock, links: Links) -> UUID:
    opened = draft.start(session, clock, links, keep=timedelta(days=30), attribution={})
    session.flush()
    return opened.id


def make(session: Session, clock: FrozenClock, links: Links, draft_id: UUID, keep: timedelta = KEEP) -> UUID:
    shared_id = share.share(session, clock, links, draft_id, CONTENT, keep=keep)
    session.flush()
    return shared_id


def test_only_the_hash_of_the_token_is_stored(
    session: Session, clock: FrozenClock, links: Links, draft_id: UUID
) -> None:
    shared_id = make(session, clock, links, draft_id)
    token = links.shared_token(shared_id)
    row = session.scalars(select(SharedList)).one()
    assert len(token) == 43  # 256 bits in base64
    assert token not in repr(vars(row))
    found = find_shared(session, token)
    assert found is not None
    assert found.content == CONTENT
    assert find_shared(session, token[:-1]) is None


def test_a_link_ends_in_time_and_is_emptied_and_forgotten(
    session: Session, clock: FrozenClock, links: Links, draft_id: UUID
) -> None:
    token = links.shared_token(make(session, clock, links, draft_id))
    clock.advance(KEEP - timedelta(seconds=1))
    assert share.purge(session, clock) == 0
    found = find_shared(session, token)
    assert found is not None
    assert found.is_open(clock.now())
    clock.advance(timedelta(seconds=1))
    assert not found.is_open(clock.now())
    assert share.purge(session, clock) == 1
    assert share.purge(session, clock) == 0
    session.expire_all()
    assert session.scalars(select(SharedList)).one().content == {}
    clock.advance(share.REMEMBERED)
    assert share.purge(session, clock) == 1
    assert find_shared(session, token) is None


def test_a_link_never_outlives_the_draft_that_can_revoke_it(
    session: Session, clock: FrozenClock, links: Links, draft_id: UUID
) -> None:
    make(session, clock, links, draft_id, keep=timedelta(days=90))
    (link,) = list_shared(session, draft_id)
    assert link.expires_at == clock.now() + timedelta(days=30)
    clock.advance(timedelta(days=30))
    assert draft.purge(session, clock) == 1
    assert session.scalars(select(SharedList.id)).all() == []


def test_revoking_closes_and_empties_at_once(
    session: Session, clock: FrozenClock, links: Links, draft_id: UUID
) -> None:
    shared_id = make(session, clock, links, draft_id)
    stranger = open_draft(session, clock, links)
    with pytest.raises(NotFound):
        share.revoke(session, clock, stranger, shared_id)
    for _ in range(2):
        share.revoke(session, clock, draft_id, shared_id)
    (link,) = list_shared(session, draft_id)
    assert (link.content, link.revoked_at) == (None, clock.now())
    assert not link.is_open(clock.now())


def test_so_many_links_and_nothing_empty(session: Session, clock: FrozenClock, links: Links, draft_id: UUID) -> None:
    with pytest.raises(Refused, match="nothing on this list"):
        share.share(session, clock, links, draft_id, SharedContent(kind=SharedKind.SHORTLIST, programs=()), keep=KEEP)
    made = [make(session, clock, links, draft_id) for _ in range(share.MOST_LINKS)]
    with pytest.raises(Refused, match="open links"):
        make(session, clock, links, draft_id)
    share.revoke(session, clock, draft_id, made[0])
    session.flush()
    make(session, clock, links, draft_id)


def test_the_day_it_was_opened_is_kept_and_no_more(
    session: Session, clock: FrozenClock, links: Links, draft_id: UUID
) -> None:
    shared_id = make(session, clock, links, draft_id)
    share.note_opened(session, clock, shared_id)
    clock.advance(timedelta(hours=1))
    share.note_opened(session, clock, shared_id)
    (link,) = list_shared(session, draft_id)
    assert link.opened_on == clock.now().date()
