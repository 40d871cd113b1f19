"""What staff may do to leads, deliveries and messages, and the trace that it leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.admin.conftest import Asked, Visitor
from tests.factories.lead import delivery_of, fail_delivery, leads_of, message_of, put_lead, put_message
from tests.factories.request import submit_request
from tests.factories.school import School
from webapp.bootstrap import Runtime
from webapp.domain.lead import LeadStatus
from webapp.domain.message import MessageStatus
from webapp.domain.notice import NoticeKind, NoticeStatus
from webapp.models import AuditEntry, Delivery, Lead, Message, PartnerNotice, Prospect
from webapp.services import lead as leads
from webapp.services import lease, notice

LoggedIn = Callable[..., Visitor]


def _trace(running: Runtime, action: str, object_id: object) -> list[tuple[Any, Any]]:
    with running.begin() as session:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action == action, AuditEntry.object_id == str(object_id))
            .order_by(AuditEntry.at, AuditEntry.id)
        )
        return [(row.before, row.after) for row in rows]


def test_a_lead_held_for_review_is_released_once(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    with running.begin() as session:
        steps = [(LeadStatus.QUEUED, "undo_window_over"), (LeadStatus.HELD_REVIEW, "duplicate_in_window")]
        put_lead(session, asked.lead_id, steps, running.clock.now())
    support, page = logged_in("support"), f"/admin/leads/{asked.lead_id}"
    assert "Release to the partner" in support.get(page).text
    assert "Release to the partner" not in logged_in("analyst").get(page).text
    assert support.post(f"{page}/release", form_at=page).location == page
    assert "Released." in support.get(page).text
    with running.begin() as session:
        assert session.get_one(Lead, asked.lead_id).status is LeadStatus.QUEUED
    ((before, after),) = _trace(running, "released", asked.lead_id)
    assert (before["status"], after["status"], after["reason"]) == ("held_review", "queued", "released_by_staff")
    assert (before["delivery_status"], after["delivery_status"]) == ("waiting", "pending")
    support.post(f"{page}/release")
    assert "no longer held" in support.get(page).text
    assert len(_trace(running, "released", asked.lead_id)) == 1


def test_what_cannot_be_right_is_said_so_and_shown_with_what_it_repeats(
    logged_in: LoggedIn, running: Runtime, asked: Asked, school: School
) -> None:
    with running.begin() as session:
        before = session.get_one(Lead, asked.lead_id)
        email = session.get_one(Prospect, before.prospect_id).email
        again = submit_request(session, running.clock, running.links, [school], email=email)
        (second_id,) = leads_of(session, again.submission_id)
        session.execute(update(Prospect).where(Prospect.id == again.prospect_id).values(first_name="Ana3"))
    with running.begin() as session:
        session.execute(update(Lead).values(due_at=running.clock.now()))
        for lead_id in (asked.lead_id, second_id):
            leads.release(session, running.clock, lead_id)
    support, page = logged_in("support"), f"/admin/leads/{second_id}"
    shown = support.get(page).text
    assert all(told in shown for told in ("Details look strange", "A part of the name has digits", "cannot be right"))
    support.post(f"{page}/release", form_at=page)
    shown = support.get(page).text
    assert "Another lead of the same person to this partner has not ended yet." in shown
    assert f"/admin/leads/{asked.lead_id}" in shown
    assert "same e-mail address" in shown
    assert "Mark invalid" not in logged_in("analyst").get(page).text
    support.post(f"{page}/invalid", {"finding": "name_test"}, form_at=page)
    assert "Choose what is wrong" in support.get(page).text
    support.post(f"{page}/invalid", {"finding": "not_a_person"}, form_at=page)
    assert "Marked invalid." in support.get(page).text
    ((before_state, after_state),) = _trace(running, "marked_invalid", second_id)
    assert (before_state["status"], after_state["status"]) == ("held_review", "invalid")
    support.post(f"{page}/invalid", {"finding": "not_a_person"})
    assert "no longer held" in support.get(page).text


def test_what_waits_for_the_student_has_no_button_for_staff(
    logged_in: LoggedIn, running: Runtime, asked: Asked
) -> None:
    with running.begin() as session:
        put_lead(session, asked.lead_id, [(LeadStatus.HELD_REVIEW, "awaiting_confirmation")], running.clock.now())
    support, page = logged_in("support"), f"/admin/leads/{asked.lead_id}"
    shown = support.get(page).text
    assert "It moves on by itself" in shown
    assert "Release to the partner" not in shown
    support.post(f"{page}/release", form_at=page)
    assert "nothing was changed" in support.get(page).text


@pytest.mark.parametrize("place", ["leads", "deliveries"])
def test_a_failed_delivery_is_sent_again_once(logged_in: LoggedIn, running: Runtime, asked: Asked, place: str) -> None:
    with running.begin() as session:
        fail_delivery(session, asked.lead_id, at=running.clock.now())
        delivery_id = delivery_of(session, asked.lead_id)
    manager = logged_in("partner_manager")
    page = f"/admin/{place}/{asked.lead_id if place == 'leads' else delivery_id}"
    shown = manager.get(page).text
    assert "upstream timed out" in shown
    assert "HTTP 503" in shown
    assert manager.post(f"{page}/replay", form_at=page).location == page
    with running.begin() as session:
        delivery = session.get_one(Delivery, delivery_id)
        assert (str(delivery.status), delivery.attempts_made) == ("pending", 0)
    ((before, after),) = _trace(running, "replayed", delivery_id)
    assert (before["status"], after["status"]) == ("failed", "queued")
    manager.post(f"{page}/replay")
    assert "nothing was changed" in manager.get(page).text
    assert len(_trace(running, "replayed", delivery_id)) == 1


def test_a_failed_notice_is_shown_and_sent_again_once(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    with running.begin() as session:
        lead = session.get_one(Lead, asked.lead_id)
        notice.queue(session, lead, NoticeKind.CORRECTED, at=running.clock.now(), fields=["first_name"])
        row = session.scalars(select(PartnerNotice).where(PartnerNotice.lead_id == lead.id)).one()
        row.status, row.reason, row.due_at, row.attempts_made = NoticeStatus.FAILED, "retries_used_up", None, 9
        lease.begin_attempt(session, row, running.clock.now())
    page, again = f"/admin/leads/{asked.lead_id}", f"/admin/leads/{asked.lead_id}/notices/{row.id}/replay"
    assert "Tell the partner again" not in logged_in("analyst").get(page).text
    manager = logged_in("partner_manager")
    shown = manager.get(page).text
    assert all(words in shown for words in ("Corrected: first name", "Every retry failed.", "Attempt 1"))
    assert manager.post(f"/admin/leads/{row.id}/notices/{row.id}/replay", form_at=page).status_code == 404
    assert manager.post(again, form_at=page).location == page
    with running.begin() as session:
        found = session.get_one(PartnerNotice, row.id)
        assert (found.status, found.attempts_made, found.due_at) == (NoticeStatus.PENDING, 0, running.clock.now())
    ((before, after),) = _trace(running, "replayed", row.id)
    assert (before["status"], after["status"]) == ("failed", "pending")
    manager.post(again)
    assert "Nothing was changed" in manager.get(page).text
    with running.begin() as session:
        session.get_one(PartnerNotice, row.id).status = NoticeStatus.FAILED
        notice.queue(session, lead, NoticeKind.ERASED, at=running.clock.now() + timedelta(seconds=1))
    manager.post(again)
    assert "A later notice about this lead says more" in manager.get(page).text
    assert len(_trace(running, "replayed", row.id)) == 1


def test_a_failed_message_is_sent_again_at_once(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    message_id = _put(running, asked, MessageStatus.FAILED, "no_such_recipient")
    support, page = logged_in("support"), f"/admin/messages/{message_id}"
    support.post(f"{page}/resend", form_at=page)
    assert _status(running, message_id) is MessageStatus.PENDING
    ((before, after),) = _trace(running, "resent", message_id)
    assert (before["status"], after["status"]) == ("failed", "pending")
    support.post(f"{page}/resend")
    assert "has moved on" in support.get(page).text


def test_an_uncertain_message_goes_again_only_after_a_question(
    logged_in: LoggedIn, running: Runtime, asked: Asked
) -> None:
    message_id = _put(running, asked, MessageStatus.UNCERTAIN, "worker_lost")
    support, page = logged_in("support"), f"/admin/messages/{message_id}"
    assert support.post(f"{page}/resend").location == f"{page}/resend"
    assert _status(running, message_id) is MessageStatus.UNCERTAIN
    assert "they get it twice" in support.get(f"{page}/resend").text
    assert support.post(f"{page}/resend", {"twice": "yes"}, form_at=f"{page}/resend").location == page
    assert _status(running, message_id) is MessageStatus.PENDING
    assert support.get(f"{page}/resend").location == page


def test_looking_at_a_student_is_written_down(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    owner, analyst = logged_in(), logged_in("analyst")
    path = f"/admin/submissions/{asked.submission_id}"
    owner.get(path)
    analyst.get(path)
    assert len(_trace(running, "viewed", asked.submission_id)) == 1
    entries = owner.get(f"/admin/audit?type=submission&id={asked.submission_id}").text
    assert "viewed" in entries
    assert "1 entry on this page" in entries


def test_the_find_box_takes_ids_addresses_and_words(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    owner = logged_in()
    for row_id, page in ((asked.lead_id, "leads"), (asked.submission_id, "submissions")):
        assert owner.post("/admin/find", {"text": f" {row_id} "}).location == f"/admin/{page}/{row_id}"
    for nothing in ("Nobody@Student.example", "zzz qqq", "01890000-0000-7000-8000-000000000000"):
        answer = owner.post("/admin/find", {"text": nothing})
        assert (answer.status_code, "Nothing was found" in answer.text) == (200, True)


def test_an_address_finds_what_its_owner_asked_for(logged_in: LoggedIn, running: Runtime, asked: Asked) -> None:
    owner = logged_in()
    page = owner.get(f"/admin/submissions/{asked.submission_id}").text
    email = next(word for word in page.replace("<", " ").replace(">", " ").split() if word.endswith("@student.example"))
    found = owner.post("/admin/find", {"text": f" {email.upper()} "}).text
    assert str(asked.submission_id) in found
    assert str(asked.lead_id) in found
    assert "1 person" in found


def _put(running: Runtime, asked: Asked, status: MessageStatus, reason: str) -> Any:
    with running.begin() as session:
        message_id = message_of(session, asked.submission_id)
        put_message(session, message_id, status, reason)
    return message_id


def _status(running: Runtime, message_id: Any) -> MessageStatus:
    with running.begin() as session:
        return session.get_one(Message, message_id).status


@pytest.mark.parametrize("role", ["analyst", "catalog_editor"])
def test_an_address_typed_by_who_may_not_see_people_goes_nowhere(logged_in: LoggedIn, role: str) -> None:
    answer = logged_in(role).post("/admin/find", {"text": "ana@student.example"})
    assert answer.location == "/admin/"
