"""Listings through the browser's eyes: found, edited, reviewed, published, restored, checked again, taken down."""

import json
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from tests.admin.conftest import Visitor
from tests.factories.school import School
from tests.services.listing_rows import import_rows, row
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.ids import new_id
from webapp.models import AuditEntry, Institution, PartnerInstitution
from webapp.queries.catalog import export_listings
from webapp.queries.listing_draft import get_draft
from webapp.services import listing_draft as drafts
from webapp.services import program_proposal
from webapp.ui.fields import clean_text

LoggedIn = Callable[..., Visitor]


@pytest.fixture
def mark(running: Runtime) -> str:
    """Three listings of a source of their own; their ids begin with this."""
    mark = f"l-{new_id().hex[-10:]}"
    with running.begin() as session:
        rows = [row(n, program_id=f"{mark}-{n}", institution=f"School of {mark}", cip="30.7001") for n in range(3)]
        import_rows(session, rows, source=f"test-{mark}")
    return mark


def _names(running: Runtime, mark: str) -> list[str]:
    with running.begin() as session:
        return [each.name for each in export_listings(session, f"test-{mark}")]


def test_a_fact_is_edited_reviewed_published_and_taken_back(logged_in: LoggedIn, running: Runtime, mark: str) -> None:
    editor, place = logged_in("catalog_editor"), f"/admin/programs/listing/{mark}-1"
    assert place in editor.get(f"/admin/programs?text={mark}&source=test-{mark}&credential=master").text
    draft = editor.post(f"{place}/edit", form_at=place).location
    page = editor.get(draft).text
    assert 'value="Program 1"' in page
    cells: dict[str, object] = {"name": "Data & more", "institution": f"School of {mark}", "credential": "master"}
    wrong = editor.post(draft, {**cells, "cip": "11", "outcome_rate": "0.9", "then": "review"}, form_at=draft)
    page = editor.get(wrong.location).text
    assert "it cannot be published as it is" in page
    assert "Field of study (CIP code): it is not a CIP code." in page
    assert _names(running, mark)[1] == "Program 1"
    good = {**cells, "cip": "30.7001", "months": "12", "source-months": "Catalog, p. 3", "as_of-months": "2026-08"}
    promised = editor.post(draft, {**good, "summary": "A guaranteed job.", "then": "review"}, form_at=draft)
    assert "is a promise that nobody can keep" in editor.get(promised.location).text
    editor.post(draft, {**good, "then": "review"}, form_at=draft)
    page = editor.get(draft).text
    for told in ("In review", "<del>Program 1</del>", "<ins>Data &amp; more</ins>", "Catalog, p. 3, 2026-08"):
        assert told in page
    assert editor.post(f"{draft}/send-back", {"note": ""}, form_at=draft).status_code == 422
    editor.post(f"{draft}/send-back", {"note": "Why 12?"}, form_at=draft)
    assert "Why 12?" in editor.get(draft).text
    editor.post(draft, {**good, "then": "review"}, form_at=draft)
    assert editor.post(f"{draft}/publish", form_at=draft).location == place
    page = editor.get(place).text
    assert "<del>Program 1</del>" in page
    assert "Catalog, p. 3" in page
    assert "<dt>Source of: Months</dt>" in page
    assert _names(running, mark)[1] == "Data & more"
    assert editor.get(draft).status_code == 404
    restore = page.split("/restore")[0].rpartition('action="')[2] + "/restore"
    again = editor.post(restore, form_at=place).location
    assert 'value="Program 1"' in editor.get(again).text
    assert editor.post(f"{again}/discard", form_at=again).location == "/admin/programs?stage=draft"
    with running.begin() as session:
        trail = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == f"{mark}-1").order_by(AuditEntry.at, AuditEntry.id)
        ).all()
    published = next(entry for entry in trail if entry.action == "published")
    assert published.before is not None
    assert published.after is not None
    assert (published.before["name"], published.after["name"]) == ("Program 1", "Data & more")


def test_two_who_write_at_once_do_not_overwrite_each_other_unseen(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, mark: str
) -> None:
    ada, bob, place = logged_in(), logged_in(), f"/admin/programs/listing/{mark}-1"
    draft = ada.post(f"{place}/edit", form_at=place).location
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', bob.get(draft).text)
    assert seen is not None
    clock.advance(timedelta(seconds=5))
    ada.post(draft, {"name": "Ada's", "seen": seen[1]}, form_at=draft)
    late = bob.post(draft, {"name": "Bob's", "seen": seen[1]}, form_at=draft)
    assert late.status_code == 409
    assert "wrote in this draft meanwhile" in late.text
    assert "Bob&#39;s" in late.text
    again = re.search(r'name="seen"[^>]*value="([^"]+)"', late.text)
    assert again is not None
    assert bob.post(draft, {"name": "Bob's", "seen": again[1]}, form_at=draft).status_code == 303
    assert 'value="Bob&#39;s"' in ada.get(draft).text
    assert ada.post(draft, {"name": "Blind", "seen": "nonsense"}, form_at=draft).status_code == 409


def test_a_draft_that_changed_after_it_was_looked_at_is_not_written_over(
    running: Runtime, clock: FrozenClock, mark: str
) -> None:
    with running.begin() as session:
        draft_id = drafts.open_draft(session, clock, f"{mark}-1", actor="ada")
        seen = get_draft(session, draft_id).row.updated_at
        clock.advance(timedelta(seconds=5))
        drafts.save(session, clock, draft_id, drafts.Written({"name": "Ada's"}), actor="ada", seen=seen)
        with pytest.raises(drafts.WrittenMeanwhile, match="ada wrote"):
            drafts.save(session, clock, draft_id, drafts.Written({"name": "Bob's"}), actor="bob", seen=seen)


def test_stale_ones_are_ticked_off_and_one_is_archived_and_put_back(
    logged_in: LoggedIn, running: Runtime, mark: str
) -> None:
    owner, queue = logged_in(), f"/admin/programs?stage=stale&text={mark}"
    assert f'value="{mark}-0"' in owner.get(queue).text
    assert "Tick what you checked" in owner.get(owner.post("/admin/programs/verify", form_at=queue).location).text
    owner.post("/admin/programs/verify", {"program_id": [f"{mark}-0", f"{mark}-1"]}, form_at=queue)
    assert f'value="{mark}-0"' not in owner.get(queue).text
    assert f'value="{mark}-2"' in owner.get(queue).text
    place = f"/admin/programs/listing/{mark}-2"
    back = owner.post("/admin/programs/verify", {"program_id": f"{mark}-2", "back": "listing"}, form_at=place)
    assert back.location == place
    assert "Published" in owner.get(place).text
    owner.post(f"{place}/archive", form_at=place)
    assert len(_names(running, mark)) == 2
    assert "Somebody was quicker" in owner.get(owner.post(f"{place}/archive", form_at=place).location).text
    assert f"{mark}-2" in owner.get(f"/admin/programs?stage=archived&text={mark}").text
    owner.post(f"{place}/restore", form_at=place)
    assert len(_names(running, mark)) == 3
    assert mark in owner.get("/admin/programs/twins").text or owner.get("/admin/programs/twins").status_code == 200


def test_naughty_strings_are_kept_and_shown_as_typed_in_every_field(
    logged_in: LoggedIn, running: Runtime, mark: str, data_dir: Path
) -> None:
    owner = logged_in()
    naughty = [clean for text in json.loads((data_dir / "blns.json").read_text("utf-8")) if (clean := clean_text(text))]
    new = {"program_id": f"{mark}-new", "institution": naughty[50], "name": naughty[100]}
    draft = owner.post("/admin/programs/new", dict(new), form_at="/admin/programs/new").location
    token = owner.token(draft)
    boxes = ["name", "summary", "topics", "cip", "url", "institution", "months", "source-months", "accreditor"]
    for start in range(0, len(naughty) - len(boxes), 80):
        typed = {box: naughty[start + n] for n, box in enumerate(boxes)}
        sent = owner.client.post(draft, data={"csrf_token": token, **typed, "as_of-months": naughty[start][:10]})
        assert sent.status_code == 303
        page = owner.get(draft)
        assert page.status_code == 200
        for text in typed.values():
            assert str(escape(text)) in page.text
    bad = owner.post("/admin/programs/new", {**new, "program_id": naughty[60]}, form_at="/admin/programs/new")
    assert bad.status_code == 422
    assert str(escape(naughty[60])) in bad.text
    assert owner.client.post(draft, data={"csrf_token": token, "credential": naughty[70]}).status_code == 422
    for text in ("\0", "a\0b", *naughty[::70]):
        assert owner.client.get("/admin/programs", query_string={"text": text, "source": text}).status_code == 200


def test_bytes_that_no_text_holds_are_answered_in_words(logged_in: LoggedIn, mark: str) -> None:
    owner, place = logged_in(), f"/admin/programs/listing/{mark}-1"
    draft = owner.post(f"{place}/edit", form_at=place).location
    assert owner.get("/admin/programs/listing/x%00y").status_code == 404
    assert owner.get("/admin/imports/export.csv?source=x%00y").status_code < 500
    for path in ("/admin/programs/listing/x%00y/edit", "/admin/programs/listing/x%00y/archive"):
        assert owner.post(path, form_at=place).status_code == 404
    for path, data in (
        ("/admin/programs/verify", {"program_id": "x\0y"}),
        (draft, {"name": "x\0y", "summary": "\0", "source-months": "\0"}),
        (f"{draft}/requirement", {"rule": "\0", "then": "use"}),
        ("/admin/programs/new", {"program_id": "\0", "name": "\0", "institution": "\0"}),
    ):
        assert owner.post(path, dict(data), form_at=place).status_code < 500, path


def test_who_may_not_edit_sees_the_same_without_buttons(logged_in: LoggedIn, mark: str) -> None:
    page = logged_in("analyst").get(f"/admin/programs/listing/{mark}-1").text
    assert "How complete it is" in page
    assert "Archive" not in page


def test_a_proposal_is_taken_up_into_review_published_or_declined_with_a_reason(
    logged_in: LoggedIn, running: Runtime, school: School
) -> None:
    editor = logged_in("catalog_editor")

    def propose(**cells: str) -> UUID:
        with running.begin() as session:
            partner_id, institution_id = session.execute(
                select(PartnerInstitution.partner_id, PartnerInstitution.institution_id).where(
                    PartnerInstitution.partner_id == school.partner_id
                )
            ).one()
            name = session.get_one(Institution, institution_id).name
            row = {"institution": name, "name": "Data", "credential": "master", "cip": "30.7001", **cells}
            return program_proposal.propose_listing(
                session, running.clock, partner_id=partner_id, listing=row, note="Fall", test=False, actor="pat"
            )

    program_id = f"p-{new_id().hex[-10:]}"
    place = f"/admin/program-proposals/{propose(program_id=program_id)}"
    assert program_id in editor.get("/admin/program-proposals?status=pending").text
    assert "What would be published" in editor.get(place).text
    draft = editor.post(f"{place}/take-up", form_at=place).location
    assert "In review" in editor.get(draft).text
    editor.post(f"{draft}/publish", form_at=draft)
    page = editor.get(place).text
    assert "Accepted" in page
    assert "Decline" not in page
    boast = f"/admin/program-proposals/{propose(program_id=f'{program_id}-2', summary='A guaranteed job.')}"
    assert "It cannot be published as it is: summary" in editor.get(boast).text
    assert "Keep the draft" in editor.get(editor.post(f"{boast}/take-up", form_at=boast).location).text
    assert editor.post(f"{boast}/decline", {"reason": ""}, form_at=boast).status_code == 422
    editor.post(f"{boast}/decline", {"reason": "No <promises>."}, form_at=boast)
    page = editor.get(boast).text
    assert "Declined" in page
    assert "No &lt;promises&gt;." in page
    assert "already" in editor.get(editor.post(f"{boast}/take-up", form_at=boast).location).text
    with running.begin() as session:
        removal = program_proposal.propose_removal(
            session,
            running.clock,
            partner_id=school.partner_id,
            program_id=program_id,
            note=None,
            test=False,
            actor="pat",
        )
    place = f"/admin/program-proposals/{removal}"
    assert "Taken down." in editor.get(editor.post(f"{place}/accept-removal", form_at=place).location).text
    assert "Archived" in editor.get(f"/admin/programs/listing/{program_id}").text


def test_what_it_asks_for_is_written_as_a_rule_and_counted_live(
    logged_in: LoggedIn, running: Runtime, mark: str
) -> None:
    owner, place = logged_in(), f"/admin/programs/listing/{mark}-1"
    draft = owner.post(f"{place}/edit", form_at=place).location
    page = f"{draft}/requirement"
    assert "golden personas" in owner.get(page).text
    rule: dict[str, object] = {"rule": "background.education >= master and subjects.statistics >= one_course"}
    counted = owner.post(page, {**rule, "then": "count"}, form_at=page)
    assert re.search(r"Would qualify</p>\s*<p class=\"stat-value\">\d+<", counted.text)
    assert "<html" not in owner.post(page, {**rule, "fragment": "y"}, form_at=page).text
    wrong = owner.post(page, {"rule": "<b>x</b> or 1", "then": "use"}, form_at=page)
    assert wrong.status_code == 422
    assert "&lt;b&gt;x&lt;/b&gt; or 1" in wrong.text
    assert owner.post(page, {**rule, "then": "use"}, form_at=page).location == draft
    text = owner.get(draft).text
    assert '<option selected value="master">' in text
    assert '<option selected value="one_course">' in text


def test_a_rule_is_not_written_over_what_somebody_writes_meanwhile(
    logged_in: LoggedIn, running: Runtime, clock: FrozenClock, mark: str
) -> None:
    owner, place = logged_in(), f"/admin/programs/listing/{mark}-1"
    draft = owner.post(f"{place}/edit", form_at=place).location
    page, answers = f"{draft}/requirement", list[TestResponse]()
    sent = {"rule": "background.education >= master", "then": "use", "csrf_token": owner.token(page)}
    late = threading.Thread(target=lambda: answers.append(owner.client.post(page, data=sent)))
    waits = sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
    clock.advance(timedelta(seconds=5))
    with running.begin() as session:
        drafts.save(session, clock, UUID(draft.rpartition("/")[2]), drafts.Written({"name": "Ada's"}), actor="ada")
        session.flush()
        late.start()
        while late.is_alive() and not session.execute(waits).scalar_one():
            late.join(timeout=0.01)
    late.join(timeout=10)
    (answer,) = answers
    assert (answer.status_code, "ada wrote in this draft meanwhile" in answer.text) == (409, True)
    assert 'value="Ada&#39;s"' in owner.get(draft).text
    assert '<option selected value="master">' not in owner.get(draft).text.partition('name="min_education"')[2][:2000]


def test_a_draft_is_previewed_as_students_see_it_by_whoever_has_the_link(
    logged_in: LoggedIn, visit: Callable[[], Visitor], mark: str
) -> None:
    owner, place = logged_in(), f"/admin/programs/listing/{mark}-1"
    draft = owner.post(f"{place}/edit", form_at=place).location
    link = re.search(r'href="http[^"]*(/programs/preview/[^"]+)"', owner.get(draft).text)
    assert link is not None
    preview = visit().get(link[1])
    assert preview.headers["X-Robots-Tag"] == "noindex"
    for told in ("Program 1", "This listing is being written", "EducationalOccupationalProgram", "What it asks for"):
        assert told in preview.text
    assert visit().get(link[1][:-1] + ("x" if link[1][-1] != "x" else "y")).status_code == 404
    cells: dict[str, object] = {"name": "<i>", "institution": "X", "cip": "11"}
    owner.post(draft, cells, form_at=draft)
    wrong = visit().get(link[1])
    assert wrong.status_code == 200
    assert "No preview yet" in wrong.text
    owner.post(f"{draft}/discard", form_at=draft)
    assert visit().get(link[1]).status_code == 404
