"""Partners in the back office: made, readied, paused and ended; their terms, returns and invoices."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.admin.conftest import Visitor
from tests.factories.back_office import bill, deliver
from tests.factories.lead import leads_of
from tests.factories.request import submit_request
from tests.factories.school import School
from webapp.bootstrap import Runtime
from webapp.domain.ids import new_id
from webapp.domain.lead_return import ReturnStatus
from webapp.domain.partner import PartnerStatus
from webapp.models import AuditEntry, Institution, Invoice, LeadReturn, Partner, PartnerEvent
from webapp.queries.partners import list_groups
from webapp.queries.terms import list_terms

NEW: dict[str, object] = {
    "legal_name": "West Hill University, Inc.",
    "display_name": "West Hill",
    "contact_email": "leads@westhill.example",
    "time_zone": "America/Denver",
}


@pytest.fixture
def owner(logged_in: Callable[..., Visitor]) -> Visitor:
    return logged_in()


def partner_of(running: Runtime, slug: str) -> Partner:
    with running.begin() as session:
        return session.execute(select(Partner).where(Partner.slug == slug)).scalar_one()


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_new_partner_is_in_test_mode_and_told_what_it_lacks(owner: Visitor, running: Runtime) -> None:
    slug = f"west-hill-{new_id().hex[-6:]}"
    wrong = owner.post("/admin/partners/new", {**NEW, "slug": "West Hill"})
    assert wrong.status_code == 422
    assert "small letters, digits and hyphens" in wrong.text
    assert 'value="West Hill University, Inc."' in wrong.text  # nothing that was written is lost

    made = owner.post("/admin/partners/new", {**NEW, "slug": slug})
    assert made.status_code == 303
    partner = partner_of(running, slug)
    assert partner.status is PartnerStatus.TEST
    page = words_of(owner.get(made.location).text)
    assert "No terms are in force. Agree on a fee" in page
    assert "It speaks for no institution" in page
    again = owner.post("/admin/partners/new", {**NEW, "slug": slug})
    assert again.status_code == 422
    assert "Another partner has that short name" in again.text

    refused = owner.client.post(
        f"/admin/partners/{partner.id}/move/live", data={"csrf_token": owner.token("/admin/")}, follow_redirects=True
    )
    assert "Send a test lead and have it accepted." in refused.text
    assert partner_of(running, slug).status is PartnerStatus.TEST
    with running.begin() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == str(partner.id))).one()
    assert entry.after
    assert (entry.action, entry.after["legal_name"]) == ("created", NEW["legal_name"])


def test_a_partner_is_changed_paused_resumed_and_ended_each_step_kept(
    owner: Visitor, running: Runtime, school: School
) -> None:
    path = f"/admin/partners/{school.partner_id}"
    assert owner.post(f"{path}/edit", {**NEW, "time_zone": "Mars/Base"}).status_code == 422
    assert owner.post(f"{path}/edit", NEW).status_code == 303
    for status, words in (("paused", "They asked by phone"), ("ended", "")):
        assert owner.post(f"{path}/move/{status}", {"words": words}).status_code == 303
    assert (
        "moved on"
        in owner.client.post(
            f"{path}/move/paused", data={"csrf_token": owner.token("/admin/")}, follow_redirects=True
        ).text
    )
    with running.begin() as session:
        partner = session.get_one(Partner, school.partner_id)
        steps = session.scalars(
            select(PartnerEvent).where(PartnerEvent.partner_id == school.partner_id).order_by(PartnerEvent.id)
        ).all()
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.object_id == str(school.partner_id)).order_by(AuditEntry.id)
        ).all()
    assert (partner.status, partner.time_zone) == (PartnerStatus.ENDED, "America/Denver")
    assert [(step.to_status, step.reason, step.words) for step in steps] == [
        ("paused", "paused_by_staff", "They asked by phone"),
        ("ended", "ended_by_staff", None),
    ]
    assert [entry.action for entry in entries] == ["changed", "paused", "ended"]
    assert all(entry.before and entry.after for entry in entries)
    assert "They asked by phone" in owner.get(path).text


def test_institutions_and_groups(owner: Visitor, running: Runtime, school: School) -> None:
    path = f"/admin/partners/{school.partner_id}/programs"
    name = f"Hidden Valley College {new_id().hex[-6:]}"
    with running.begin() as session:
        lone = Institution(id=new_id(), key=name, name=name)
        session.add(lone)
    assert f'Add<span class="visually-hidden">: {name}' in owner.get(f"{path}?words=hidden+valley").text
    assert owner.post(f"{path}/institutions/{lone.id}").status_code == 303
    assert name in owner.get(path).text
    made = owner.post(f"{path}/groups", {"name": "Evening programs"})
    assert made.status_code == 303
    assert owner.post(f"{path}/groups", {"name": "Evening programs"}).status_code == 422
    owner.post(f"{made.location}/put", {"program": school.program_id, "shown": school.program_id})
    with running.begin() as session:
        (group,) = list_groups(session, school.partner_id)
    assert [program_id for program_id, _ in group.programs] == [school.program_id]
    foreign = owner.client.post(
        f"{made.location}/put",
        data={"csrf_token": owner.token("/admin/"), "program": "somebody-elses"},
        follow_redirects=True,
    )
    assert "is not a program of this partner" in foreign.text
    owner.post(f"{made.location}/put", {"shown": school.program_id})
    owner.post(f"{made.location}/rename", {"name": "Night programs"})
    with running.begin() as session:
        (group,) = list_groups(session, school.partner_id)
    assert (group.name, group.programs) == ("Night programs", ())
    owner.post(f"{made.location}/remove")
    owner.post(f"{path}/institutions/{lone.id}/remove")
    with running.begin() as session:
        assert list_groups(session, school.partner_id) == ()
    assert name not in owner.get(path).text


def test_terms_are_agreed_in_versions(owner: Visitor, running: Runtime, school: School) -> None:
    path = f"/admin/partners/{school.partner_id}"
    owner.post(f"{path}/programs/groups", {"name": "Evening"})
    with running.begin() as session:
        (group,) = list_groups(session, school.partner_id)
    form = {"price": "$52.50", f"price_{group.id.hex}": "80", "cycle": "weekly", "return_days": "10"}
    assert owner.post(f"{path}/terms", {"cycle": "weekly", "return_days": "10"}).status_code == 422
    assert "has begun" in owner.post(f"{path}/terms", {**form, "from_day": "2026-11-01"}).text
    assert owner.post(f"{path}/terms", {**form, "auto_returns": "duplicate"}).status_code == 303
    with running.begin() as session:
        newest = list_terms(session, school.partner_id)[0]
    assert {(fee.cents, fee.group_id) for fee in newest.fees} == {(5250, None), (8000, group.id)}
    shown = words_of(owner.get(f"{path}/terms").text)
    assert "$52.50" in shown
    assert "Price for a lead on “Evening” $80.00" in shown


def test_returns_are_decided_and_invoices_paid(
    owner: Visitor, running: Runtime, school: School, logged_in: Callable[..., Visitor]
) -> None:
    with running.begin() as session:
        emails = (f"{new_id().hex}@student.example" for _ in range(2))
        asked = [submit_request(session, running.clock, running.links, [school], email=email) for email in emails]
        leads = [leads_of(session, each.submission_id)[0] for each in asked]
        for lead_id in leads:
            deliver(session, running, lead_id)
        _, return_id, invoice_id = bill(session, running, *leads)
    page = owner.get(f"/admin/returns/{return_id}").text
    assert "The number rings at somebody else" in page
    assert "somebody else" not in logged_in("analyst").get(f"/admin/returns/{return_id}").text
    told = owner.client.post(
        f"/admin/returns/{return_id}/deny", data={"csrf_token": owner.token("/admin/")}, follow_redirects=True
    )
    assert "Say why: the partner reads it." in told.text
    assert owner.post(f"/admin/returns/{return_id}/approve", {"words": "Sorry."}).status_code == 303
    with running.begin() as session:
        assert session.get_one(LeadReturn, return_id).status is ReturnStatus.APPROVED

    path = f"/admin/invoices/{invoice_id}"
    assert owner.get(f"{path}/invoice.pdf").data.startswith(b"%PDF-")
    csv = owner.get(f"{path}/leads.csv")
    assert csv.mimetype == "text/csv"
    assert csv.text.startswith("at,kind,lead_id")
    assert "@" not in csv.text
    assert owner.post(f"{path}/pay", {"reference": ""}).status_code == 422
    assert owner.post(f"{path}/pay", {"reference": "Wire 7731"}).status_code == 303
    assert owner.post(f"{path}/pay", {"reference": "Wire 7732"}).status_code == 422
    with running.begin() as session:
        assert session.get_one(Invoice, invoice_id).payment_reference == "Wire 7731"


def test_ending_a_partner_asks_first_and_says_what_it_does(owner: Visitor, running: Runtime, school: School) -> None:
    path = f"/admin/partners/{school.partner_id}"
    page = owner.get(path).text
    assert "End for good …" in page
    assert f"{path}/move/ended" not in page
    asked = owner.get(f"{path}/end").text
    assert "Nothing brings an ended partner back" in words_of(asked)
    assert f"{path}/move/ended" in asked
    owner.post(f"{path}/move/ended", {"words": "Closed"})
    assert owner.get(f"{path}/end").status_code == 303
