"""Review, complaints and seeds as staff work with them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from tests.admin.conftest import NOW, Asked, Visitor
from tests.factories.back_office import PROFILE, Office
from webapp.bootstrap import Runtime
from webapp.domain.lead import LeadStatus
from webapp.models import Lead, LeadEvent, SeedContact, SeedLead


def test_what_waits_is_counted_told_and_ended_with_a_reason(
    logged_in: Callable[..., Visitor], running: Runtime, asked: Asked
) -> None:
    with running.begin() as session:
        held = {"status": LeadStatus.HELD_REVIEW, "reason": "filter_unknown", "due_at": None}
        session.execute(update(Lead).where(Lead.id == asked.lead_id).values(**held))
        told = {"rule": 2, "version": 3, "words": "cannot be told by rule 2: state not known"}
        session.add(
            LeadEvent(
                lead_id=asked.lead_id,
                at=NOW,
                from_status="queued",
                to_status="held_review",
                reason="filter_unknown",
                detail=told,
            )
        )
    clerk = logged_in("support")
    page = clerk.get("/admin/review?reason=filter_unknown").text
    assert "Cannot be told by rule 2: state not known (version 3 of the filter)." in page
    assert 'class="count">' in page
    where = f"/admin/review/{asked.lead_id}/end"
    clerk.post(where, {"why": "no reason", "back": "review"}, form_at="/admin/review")
    assert clerk.post(where, {"why": "ended_as_unfit", "back": "review"}, form_at="/admin/review").status_code == 303
    with running.begin() as session:
        lead = session.get_one(Lead, asked.lead_id)
        assert (lead.status, lead.reason) == (LeadStatus.FILTERED, "ended_as_unfit")


def test_a_complaint_is_written_down_once_and_returns_the_lead(
    logged_in: Callable[..., Visitor], running: Runtime, asked: Asked
) -> None:
    clerk, where = logged_in("support"), f"/admin/complaints/leads/{asked.lead_id}"
    lead_page = f"/admin/leads/{asked.lead_id}"
    clerk.post(where, {"kind": "passed_on"}, form_at=lead_page)  # it was never delivered
    assert "The student complained" not in clerk.get(lead_page).text
    with running.begin() as session:
        values = {"status": LeadStatus.DELIVERED, "delivered_at": NOW, "due_at": None}
        session.execute(update(Lead).where(Lead.id == asked.lead_id).values(**values))
    for _ in range(2):
        assert clerk.post(where, {"kind": "passed_on"}, form_at=lead_page).status_code == 303
    page = clerk.get("/admin/complaints?kind=passed_on").text
    assert page.count(str(asked.lead_id)[-12:] + "</span>") == 1
    assert "Somebody else had their details." in clerk.get(lead_page).text
    assert "student_complaint" not in clerk.get(lead_page).text


@pytest.mark.browser
def test_a_seed_is_planted_and_its_contacts_are_recorded(
    logged_in: Callable[..., Visitor], running: Runtime, office: Office
) -> None:
    with running.begin() as session:
        program_id = session.get_one(Lead, office.delivered_lead_id).program_id
    owner, form_at = logged_in("partner_manager"), f"/admin/seeds/new?partner={office.partner_id}"
    sent: dict[str, object] = {
        "partner": office.partner_id,
        "program": program_id,
        "first_name": "Noor",
        "last_name": "Haddad",
        "email": "noor.haddad@readers.example",
        "channels": ["phone"],
        "max_attempts": "2",
        "education": PROFILE["background"]["education"],
        "state": "CA",
        "postal_code": "94110",
    }
    wrong = owner.post("/admin/seeds/new", sent, form_at=form_at)
    assert (wrong.status_code, "Calls and texts need a phone number." in wrong.text) == (422, True)
    planted = owner.post("/admin/seeds/new", {**sent, "channels": ["email"]}, form_at=form_at)
    assert planted.status_code == 303, planted.text
    again = owner.post("/admin/seeds/new", {**sent, "channels": ["email"]}, form_at=form_at)
    assert "A seed has this address already." in again.text
    page = planted.location
    early: dict[str, object] = {"way": "phone", "day": "2026-11-22", "clock": "09:00"}
    assert owner.post(f"{page}/contacts", early, form_at=page).status_code == 422
    assert owner.post(f"{page}/contacts", {**early, "clock": "14:03"}, form_at=page).status_code == 303
    with running.begin() as session:
        found = session.scalars(select(SeedContact).join(SeedLead).where(SeedLead.made_by.like("staff-%"))).all()
        assert [contact.way for contact in found] == ["phone"]
    assert "1 not allowed" in owner.get(f"/admin/seeds?partner={office.partner_id}").text
