"""The privacy desk on its pages: written down, extended, carried out, closed; each with its line in the audit log."""

from collections.abc import Callable

from sqlalchemy import select

from tests.admin.conftest import NOW, Asked, Visitor
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.models import AuditEntry, Lead, PartnerNotice, Prospect


def test_a_letter_goes_its_whole_way(logged_in: Callable[..., Visitor], asked: Asked, running: Runtime) -> None:
    with running.begin() as session:
        prospect = session.get_one(Prospect, session.get_one(Lead, asked.lead_id).prospect_id)
        prospect_id, address = prospect.id, prospect.email
    support, analyst = logged_in("support"), logged_in("analyst")
    letter: dict[str, object] = {
        "kind": "erasure",
        "law": "gdpr",
        "source": "letter",
        "received_on": "2026-11-15",
        "address": address,
    }
    future = support.post("/admin/privacy/new", {**letter, "received_on": "2027-01-01"})
    assert (future.status_code, "still to come" in future.text) == (422, True)
    made = support.post("/admin/privacy/new", letter)
    assert made.status_code == 303
    path = made.location.removeprefix("http://localhost")
    page = support.get(path).text
    assert "23 days left" in page
    assert "1 request under their address" in page
    assert str(address) not in page
    assert "Carry it out" not in analyst.get(path).text
    listed = analyst.get("/admin/privacy").text
    assert path in listed

    assert support.post(f"{path}/extend", {"words": ""}).status_code == 422
    assert support.post(f"{path}/extend", {"words": "<b>An archive</b>"}).status_code == 303
    assert "&lt;b&gt;An archive&lt;/b&gt;" in support.get(path).text
    assert support.post(f"{path}/extend", {"words": "Again"}).status_code == 422
    assert support.post(f"{path}/carry-out").status_code == 303
    with running.begin() as session:
        assert session.get_one(Prospect, prospect_id).erased_at is not None
    assert support.post(f"{path}/close", {"outcome": "done", "note": ""}).status_code == 422
    assert support.post(f"{path}/close", {"outcome": "done", "note": "Letter sent."}).status_code == 303
    assert support.post(f"{path}/close", {"outcome": "done", "note": "Letter sent."}).status_code == 303
    assert "closed already" in support.get(path).text
    assert path in analyst.get("/admin/privacy?status=closed&kind=erasure").text
    assert path not in analyst.get("/admin/privacy").text

    with running.begin() as session:
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == path.rpartition("/")[2]).order_by(AuditEntry.id)
        ).all()
        assert [entry.action for entry in entries] == ["recorded", "extended", "carried_out", "closed"]
        assert all(entry.after and (entry.before or entry.action == "recorded") for entry in entries)
        assert "Letter sent" not in str([(entry.before, entry.after) for entry in entries])
        assert entries[2].after
        assert entries[2].after["requests_touched"] == 1


def test_notices_by_partner_and_one_by_one(logged_in: Callable[..., Visitor], asked: Asked, running: Runtime) -> None:
    with running.begin() as session:
        partner_id = session.get_one(Lead, asked.lead_id).partner_id
        notice_id = new_id()
        session.add(
            PartnerNotice(
                id=notice_id, lead_id=asked.lead_id, partner_id=partner_id, kind=NoticeKind.WITHDRAWN,
                webhook_id=f"n_{notice_id.hex}", status=NoticeStatus.FAILED, reason="no_endpoint", attempts_made=3,
                created_at=NOW,
            )
        )  # fmt: skip
    path = f"/admin/notices?partner={partner_id}&status=failed"
    page = logged_in("support").get(path).text
    assert f"/admin/leads/{asked.lead_id}" in page
    assert "Try again" in page
    assert "Try again" not in logged_in("analyst").get(path).text


def test_a_preview_is_posted_and_written_down(logged_in: Callable[..., Visitor], running: Runtime) -> None:
    support = logged_in("support")
    assert "What would go now?" in support.get("/admin/retention").text
    page = support.post("/admin/retention/preview", form_at="/admin/retention")
    assert page.status_code == 200
    assert "Nothing was changed" in page.text
    assert logged_in("analyst").post("/admin/retention/preview").status_code == 403
    with running.begin() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "previewed")).first()
    assert entry is not None
