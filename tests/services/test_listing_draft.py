"""Listings written by staff: a draft beside what is published, review, publishing, re-checking, taking down."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from tests.services.listing_rows import import_rows, row
from webapp.domain.clock import FrozenClock
from webapp.domain.errors import InvalidTransition, NotFound, Refused
from webapp.domain.listing import FactSource, Listing
from webapp.domain.listing_stage import STAFF_SOURCE, ListingStage
from webapp.models import CatalogVersion, Institution, ListingDraft, Program
from webapp.queries.catalog import export_listings
from webapp.queries.listing import current_version, edition_of
from webapp.queries.listing_history import find_revision, list_revisions
from webapp.queries.program_twins import list_twin_groups, list_twins
from webapp.queries.programs import Wanted, get_listing_state, list_programs, stage_counts
from webapp.services import listing as listings
from webapp.services import listing_draft as drafts
from webapp.services.listing_draft import Written

CLOCK = FrozenClock(datetime(2026, 11, 28, 9, tzinfo=UTC))
TODAY = CLOCK.now().date()
NEW = {"institution": "Larkspur", "name": "Data", "credential": "master", "cip": "30.7001"}


def exported(session: Session) -> dict[str, Listing]:
    return {each.program_id: each for each in export_listings(session)}


def written(session: Session, program_id: str, cells: dict[str, str] | None = None, **more: str) -> UUID:
    """A draft of the listing, with some cells changed, in review."""
    if cells is None:
        draft_id = drafts.open_draft(session, CLOCK, program_id, actor="ada")
        before = session.get_one(ListingDraft, draft_id)
        kept = drafts.written_of(before)
        drafts.save(session, CLOCK, draft_id, Written({**kept.cells, **more}, kept.sources), actor="ada")
    else:
        draft_id = drafts.begin(session, CLOCK, Written({**cells, **more}), program_id=program_id, actor="ada")
    drafts.send_to_review(session, CLOCK, draft_id)
    return draft_id


def test_an_edit_changes_one_listing_and_leaves_its_source_and_school_alone(session: Session) -> None:
    rows = [row(n, institution="X", title_iv="true", institution_control="public") for n in range(3)]
    import_rows(session, rows)
    before, version = exported(session), current_version(session)
    draft_id = written(session, "p-1", name="New name", title_iv="")
    assert exported(session) == before
    made = drafts.publish(session, CLOCK, draft_id, actor="bob")
    after = exported(session)
    assert (after["p-1"].name, after["p-1"].title_iv) == ("New name", True)
    assert {each: after[each] for each in ("p-0", "p-2")} == {each: before[each] for each in ("p-0", "p-2")}
    assert {each.program_id: each for each in edition_of(session, version)} == before
    assert session.get_one(CatalogVersion, made).cause == "edit"
    assert session.get(ListingDraft, draft_id) is None
    assert session.scalars(select(Program.catalog_source).where(Program.program_id == "p-1")).one() == "csv"


def test_what_is_typed_is_kept_and_what_is_wrong_stops_it_before_review(session: Session) -> None:
    naughty = {**NEW, "name": "<script>alert(1)</script> guaranteed job", "min_gpa": "nine", "cip": "'; DROP TABLE"}
    sources = {"tuition_total_usd": FactSource("School", "last year")}
    draft_id = drafts.begin(session, CLOCK, Written(naughty, sources), program_id="n-1", actor="ada")
    kept = drafts.written_of(session.get_one(ListingDraft, draft_id))
    assert kept == Written({**naughty, "program_id": "n-1"}, sources)
    with pytest.raises(Refused) as refused:
        drafts.send_to_review(session, CLOCK, draft_id)
    wrong = {problem.where for problem in refused.value.problems}
    assert wrong == {"cip", "min_gpa", "as_of:tuition_total_usd"}
    drafts.save(session, CLOCK, draft_id, Written({**NEW, "name": "A guaranteed job"}), actor="ada")
    with pytest.raises(Refused, match="promise"):
        drafts.send_to_review(session, CLOCK, draft_id)
    with pytest.raises(InvalidTransition):
        drafts.publish(session, CLOCK, draft_id, actor="bob")
    with pytest.raises(Refused):
        drafts.begin(session, CLOCK, Written(NEW), program_id="Not an id", actor="ada")
    assert exported(session) == {}


def test_a_new_listing_goes_through_review_and_may_be_sent_back(session: Session) -> None:
    import_rows(session, [row(1, institution="Larkspur")])
    sources = {"months": FactSource("Catalog of the school", "2026-08")}
    draft_id = drafts.begin(session, CLOCK, Written({**NEW, "months": "12"}, sources), program_id="n-1", actor="ada")
    drafts.send_to_review(session, CLOCK, draft_id)
    with pytest.raises(Refused):
        drafts.save(session, CLOCK, draft_id, Written(NEW), actor="ada")
    drafts.send_back(session, CLOCK, draft_id, "Which campus?")
    assert session.get_one(ListingDraft, draft_id).note == "Which campus?"
    drafts.send_to_review(session, CLOCK, draft_id)
    drafts.publish(session, CLOCK, draft_id, actor="bob")
    found = exported(session)["n-1"]
    assert found.source_of("months") == FactSource("Catalog of the school", "2026-08")
    assert session.scalars(select(Institution.name)).all() == ["Larkspur"]
    assert session.scalars(select(Program.catalog_source).where(Program.program_id == "n-1")).one() == STAFF_SOURCE
    import_rows(session, [row(1, institution="Larkspur")])
    assert set(exported(session)) == {"p-1", "n-1"}


def test_a_draft_of_what_changed_meanwhile_is_not_published(session: Session) -> None:
    import_rows(session, [row(1)])
    draft_id = written(session, "p-1", name="Mine")
    assert import_rows(session, [row(1, name="Theirs")]).edited_by_staff == ()
    with pytest.raises(Refused, match="changed since"):
        drafts.publish(session, CLOCK, draft_id, actor="bob")
    assert exported(session)["p-1"].name == "Theirs"
    drafts.discard(session, draft_id)
    assert drafts.publish(session, CLOCK, written(session, "p-1"), actor="bob") is None
    with pytest.raises(NotFound):
        drafts.discard(session, draft_id)


def test_a_new_listing_takes_no_others_place(session: Session) -> None:
    import_rows(session, [row(1)])
    drafts.begin_new(session, CLOCK, Written(NEW), program_id="n-1", actor="ada")
    for taken in ("p-1", "n-1"):
        with pytest.raises(Refused, match="this id"):
            drafts.begin_new(session, CLOCK, Written(NEW), program_id=taken, actor="bob")


def verify_one(session: Session, _draft_id: UUID) -> object:
    return listings.verify(session, CLOCK, ["p-1"], on=TODAY)


def publish_one(session: Session, draft_id: UUID) -> object:
    return drafts.publish(session, CLOCK, draft_id, actor="bob")


@pytest.mark.parametrize("act", [verify_one, publish_one])
def test_what_an_import_publishes_meanwhile_is_not_taken_back(
    fresh_database_url: str, act: Callable[[Session, UUID], object]
) -> None:
    engine = create_engine(fresh_database_url)
    with Session(engine) as session, session.begin():
        import_rows(session, [row(n) for n in range(2)])
        draft_id = written(session, "p-1", name="Ada's name")

    def do() -> None:
        with Session(engine) as session, suppress(Refused), session.begin():
            act(session, draft_id)

    late = threading.Thread(target=do)
    waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with Session(engine) as session, session.begin():
        import_rows(session, [row(n, name="From the file") for n in range(2)])
        late.start()
        while late.is_alive() and not session.execute(waits).scalar_one():
            late.join(timeout=0.01)
    late.join(timeout=10)
    with Session(engine) as session:
        assert exported(session)["p-1"].name == "From the file"
        assert session.get(ListingDraft, draft_id) is not None
    engine.dispose()


def test_former_states_are_told_and_can_be_taken_up_again(session: Session) -> None:
    import_rows(session, [row(1, name="First")])
    import_rows(session, [row(1, name="Second", city="Austin")])
    drafts.publish(session, CLOCK, written(session, "p-1", name="Third"), actor="bob")
    third, second = list_revisions(session, "p-1")
    assert (third.cause, third.changes) == ("edit", {"name": ("Second", "Third")})
    assert (second.cause, second.filename) == ("import", "t.csv")
    assert second.changes == {"name": ("First", "Second"), "city": ("", "Austin")}
    former = find_revision(session, "p-1", second.until)
    assert former is not None
    draft_id = drafts.begin(session, CLOCK, Written.of(former), program_id="p-1", actor="ada", replace_open=True)
    drafts.send_to_review(session, CLOCK, draft_id)
    drafts.publish(session, CLOCK, draft_id, actor="bob")
    assert exported(session)["p-1"] == former
    assert import_rows(session, [row(1, name="Fourth")], dry_run=True).edited_by_staff == ("p-1",)
    assert find_revision(session, "p-1", 10**6) is None


def test_stale_listings_wait_to_be_checked_oldest_first(session: Session) -> None:
    days = ("", "2024-01-01", "2025-11-28", "2023-01-01")
    import_rows(session, [row(n, verified_on=day) for n, day in enumerate(days)])
    wanted = Wanted(stage=ListingStage.STALE)
    page = list_programs(session, wanted, cursor=None, today=TODAY, stale_days=365)
    assert [each.program_id for each in page.items] == ["p-0", "p-3", "p-1"]
    before, version = exported(session), current_version(session)
    assert listings.verify(session, CLOCK, ["p-0", "p-3", "p-2", "none"], on=TODAY) == 3
    assert {each.verified_on for name, each in exported(session).items() if name != "p-1"} == {TODAY}
    assert {each.program_id: each for each in edition_of(session, version)} == before
    counts = stage_counts(session, today=TODAY, stale_days=365)
    assert [counts[each] for each in ListingStage] == [0, 0, 3, 1, 0]
    with pytest.raises(Refused):
        listings.verify(session, CLOCK, ["p-1"], on=TODAY + timedelta(days=1))


def test_a_listing_is_taken_down_and_put_back_and_old_versions_stay_whole(session: Session) -> None:
    import_rows(session, [row(n, verified_on="2026-11-01") for n in range(3)])
    before, version = exported(session), current_version(session)
    listings.archive(session, CLOCK, "p-1", stale_days=365)
    assert set(exported(session)) == {"p-0", "p-2"}
    assert get_listing_state(session, "p-1", today=TODAY, stale_days=365).stage is ListingStage.ARCHIVED
    with pytest.raises(InvalidTransition):
        listings.archive(session, CLOCK, "p-1", stale_days=365)
    down = current_version(session)
    listings.restore(session, CLOCK, "p-1", stale_days=365)
    assert exported(session) == before
    assert {each.program_id: each for each in edition_of(session, version)} == before
    assert {each.program_id for each in edition_of(session, down)} == {"p-0", "p-2"}
    with pytest.raises(InvalidTransition):
        listings.restore(session, CLOCK, "p-1", stale_days=365)
    with pytest.raises(NotFound):
        listings.archive(session, CLOCK, "none", stale_days=365)


def test_twins_are_of_one_school_and_credential(session: Session) -> None:
    rows = [row(1, institution="X", name="Data"), row(2, institution="X", name="DATA"), row(3, institution="Y")]
    import_rows(session, [*rows, row(4, institution="X", name="Data", credential="bachelor")])
    assert [each.program_id for each in list_twins(session, "p-1")] == ["p-2"]
    assert [each.program_ids for each in list_twin_groups(session)] == [("p-1", "p-2")]
