"""Every page of the portal in a real browser: light and dark, wide and narrow, by keyboard and without script."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.browser import LiveServer, appearance_violations, axe_violations, both_looks, overflows
from tests.factories.limits import put_limits
from tests.factories.portal import MemberLogin, access_token, make_invoices, put_lead_in
from tests.factories.school import School
from webapp.bootstrap import Runtime
from webapp.domain.actor import Actor
from webapp.domain.funnel import FunnelSource, FunnelStatus
from webapp.domain.ids import new_id
from webapp.domain.lead import LeadStatus
from webapp.domain.lead_return import ReturnReason
from webapp.domain.partner_filter import OnUnknown
from webapp.domain.partner_role import PartnerRole
from webapp.models import Lead
from webapp.queries.consent_certificate import find_certificate_of_lead
from webapp.queries.partner_leads import get_partner_lead
from webapp.services import funnel, lead_return, partner_filter, program_group
from webapp.services.funnel import Said
from webapp.services.lead_return import Wish
from webapp.services.partner_account import invite

pytestmark = pytest.mark.browser

SEEN = (
    *(LeadStatus.DELIVERED, LeadStatus.DELIVERING, LeadStatus.FAILED, LeadStatus.REJECTED),
    *(LeadStatus.WITHDRAWN, LeadStatus.DUPLICATE_AT_PARTNER),
)


def furnish(session: Session, running: Runtime, school: School) -> list[str]:
    """Some weeks of leads; the addresses of every page, one of each state among them."""
    made = {status: put_lead_in(session, running, school, status) for status in (*SEEN, LeadStatus.HELD_CAP)}
    for ago, count in ((1, 3), (2, 1), (4, 4)):
        for number in range(count):
            status = SEEN[number % 4]
            lead_id, back = put_lead_in(session, running, school, status), timedelta(weeks=ago)
            moved = {"created_at": Lead.created_at - back, "undo_until": Lead.undo_until - back}
            session.execute(
                update(Lead).where(Lead.id == lead_id).values(**moved, delivered_at=Lead.delivered_at - back)
            )
    session.flush()
    group_id = program_group.create(session, running.clock, school.partner_id, "Evening programs")
    put_limits(session, running.clock, school.partner_id, group_id)
    delivery = get_partner_lead(session, school.partner_id, made[LeadStatus.DELIVERED]).deliveries[0].id
    failed = get_partner_lead(session, school.partner_id, made[LeadStatus.FAILED]).deliveries[0].id
    record = find_certificate_of_lead(session, school.partner_id, made[LeadStatus.WITHDRAWN])
    pages = ["", "leads", "leads?status=rejected&kind=test", *(f"leads/{made[status]}" for status in SEEN)]
    pages += ["deliveries", f"deliveries/{delivery}", f"deliveries/{failed}", f"consents/{record}"]
    pages += ["limits", "limits/hours"]
    at = f"delivery-methods/{school.endpoint_id}"
    new = ["delivery-methods", "delivery-methods/new", "delivery-methods/new?kind=json_post", at, f"{at}/edit"]
    new += ["delivery-methods/new?kind=csv_batch", f"{at}/test", "send-again", "api-keys"]
    # One rule of each kind: named, in words, off, and one that rows cannot show.
    text = (
        "# Who we take\nrequire background.education >= bachelor\n#off require background.gpa >= 3\n"
        'exclude not (practical.state = "CA" or match.band < good)\n'
    )
    partner_filter.change(
        session, running.clock, school.partner_id, text, on_unknown=OnUnknown.REVIEW, actor="pat@school.example"
    )
    pages += ["filters", "filters/edit?rule=0", "filters/trial", "screening"]
    delivered, known = made[LeadStatus.DELIVERED], made[LeadStatus.DUPLICATE_AT_PARTNER]
    say = partial(funnel.record, session, running.clock, source=FunnelSource.PORTAL, actor="mira@school.example")
    say(delivered, Said(FunnelStatus.CONTACTED, running.clock.now().date()))
    (invoice_id,) = make_invoices(session, running, school.partner_id, delivered)
    wish = Wish(ReturnReason.OTHER, "The number is not in service.")
    lead_return.request(
        session, running.clock, delivered, partner_id=school.partner_id, wish=wish, actor="mira@school.example"
    )
    ticked = f"leads/joint-step?lead={delivered}&lead={known}&status=qualified&on={running.clock.now().date()}"
    pages += ["leads/status-file", ticked, f"leads/{delivered}/steps", f"leads/{delivered}/return", "returns"]
    pages += ["invoices", f"invoices/{invoice_id}", "performance"]
    return [f"/partner/{page}" for page in (*pages, *new, "analytics", "team", "settings", "activity", "account")]


def invited(session: Session, running: Runtime, school: School) -> tuple[str, str]:
    """The addresses of an invitation that is open, and of the page of whoever got it."""
    account_id = invite(
        session,
        running.clock,
        running.links,
        partner_id=school.partner_id,
        email=f"{new_id().hex}@school.example",
        name="",
        role=PartnerRole.READ_ONLY,
        by=Actor("test"),
    )
    session.flush()
    return f"/partner/access/{access_token(session, running, account_id)}", f"/partner/team/{account_id}"


def enter(page: Page, url: str, login: MemberLogin) -> None:
    page.goto(f"{url}/partner/")
    page.get_by_label("E-mail address").fill(login.email)
    page.get_by_label("Password").fill(login.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/partner/")


def look(page: Page, path: str) -> None:
    """In the light all rules; in the dark and on a telephone those on looks, which is all that changes."""
    for width, scheme in both_looks(page):
        violations = axe_violations(page) if scheme == "light" else appearance_violations(page)
        assert violations == [], f"{path} at {width}"
        assert overflows(page) == 0, f"{path} at {width}"


def test_no_page_has_a_fault_that_axe_finds(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    running: Runtime,
    school: School,
    account: Callable[..., MemberLogin],
) -> None:
    login = account()
    with running.begin() as session:
        pages = furnish(session, running, school)
        invitation, person = invited(session, running, school)
    url, page = live_server(app).url, new_page()
    for path in ("/partner/login", "/partner/forgotten", invitation):
        page.goto(url + path)
        look(page, path)
    enter(page, url, login)
    for path in (*pages, person):
        page.goto(url + path)
        look(page, path)
    page.set_viewport_size({"width": 390, "height": 900})
    page.locator(".admin-menu summary").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_label("Your password now").first.fill(login.password)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Set up the second step").wait_for()
    look(page, "second step")
    assert faults == []


def test_a_lead_is_found_and_exported_by_keyboard_and_without_script(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    running: Runtime,
    school: School,
    account: Callable[..., MemberLogin],
) -> None:
    with running.begin() as session:
        lead_id = put_lead_in(session, running, school, LeadStatus.DELIVERED)
    url, page = live_server(app).url, new_page(javascript=False)
    enter(page, url, account(PartnerRole.ADMISSIONS))
    page.get_by_role("link", name=re.compile("1 new lead")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/partner/leads?status=delivered")
    page.get_by_role("link", name=str(lead_id)[-12:]).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/partner/leads/{lead_id}")
    page.get_by_text("Ana Silva").wait_for()
    page.go_back()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export these as CSV").press("Enter")
    assert "Silva" in download.value.path().read_text()
    assert faults == []
