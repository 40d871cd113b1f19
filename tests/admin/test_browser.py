"""Every page of the back office in a real browser: light and dark, wide and narrow, by keyboard."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import LiveServer, appearance_violations, axe_violations, both_looks, overflows
from tests.factories.back_office import Office
from tests.factories.import_centre import Sent
from tests.factories.staff import StaffLogin, make_staff
from webapp.bootstrap import Runtime
from webapp.queries.due import due_imports
from webapp.services import import_work

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(running: Runtime) -> StaffLogin:
    with running.begin() as session:
        return make_staff(session, running.clock, "owner")


def _paths(office: Office, sent: Sent) -> list[str]:
    return [
        "/admin/",
        "/admin/submissions",
        f"/admin/submissions/{office.submission_id}",
        "/admin/leads",
        f"/admin/leads/{office.failed_lead_id}",
        f"/admin/leads/{office.held_lead_id}",
        "/admin/leads?status=invalid",
        "/admin/deliveries",
        f"/admin/deliveries/{office.failed_delivery_id}",
        "/admin/messages",
        f"/admin/messages/{office.uncertain_message_id}",
        f"/admin/messages/{office.uncertain_message_id}/resend",
        "/admin/mails",
        "/admin/mails/matched_programs?width=390",
        "/admin/mails/check",
        "/admin/suppressions",
        "/admin/programs?stage=stale",
        "/admin/programs?stage=review",
        "/admin/programs/new",
        "/admin/program-proposals",
        f"/admin/program-proposals/{sent.proposal_id}",
        "/admin/programs/twins",
        f"/admin/programs/listing/{sent.program_id}",
        f"/admin/programs/drafts/{sent.draft_id}",
        f"/admin/programs/drafts/{sent.review_id}",
        f"/admin/programs/drafts/{sent.draft_id}/requirement",
        "/admin/partners",
        "/admin/partners/new",
        f"/admin/partners/{office.partner_id}",
        f"/admin/partners/{office.partner_id}/programs?words=school",
        f"/admin/partners/{office.partner_id}/programs/groups/{office.group_id}",
        f"/admin/partners/{office.partner_id}/terms",
        f"/admin/partners/{office.partner_id}/team",
        f"/admin/partners/{office.partner_id}/limits",
        f"/admin/partners/{office.partner_id}/limits/caps/new",
        f"/admin/partners/{office.partner_id}/delivery-methods",
        f"/admin/partners/{office.partner_id}/delivery-methods/new?kind=form_post",
        f"/admin/partners/{office.partner_id}/api-keys",
        f"/admin/partners/{office.partner_id}/send-again",
        "/admin/send-again",
        f"/admin/partners/{office.partner_id}/filters",
        "/admin/review?queue=duplicates",
        f"/admin/leads/{office.held_lead_id}?queue=duplicates",
        "/admin/bulk-acts",
        "/admin/complaints",
        f"/admin/seeds/new?partner={office.partner_id}",
        f"/admin/seeds/{office.seed_id}",
        "/admin/scorecard",
        f"/admin/scorecard/{office.partner_id}/delivered",
        "/admin/returns",
        f"/admin/returns/{office.return_id}",
        "/admin/invoices",
        f"/admin/invoices/{office.invoice_id}",
        "/admin/operations",
        "/admin/dashboards",
        *(f"/admin/dashboards/{name}" for name in ("verdicts", "partners", "deliveries", "mail")),
        "/admin/privacy",
        "/admin/privacy/new",
        "/admin/notices",
        "/admin/retention",
        "/admin/publishers",
        "/admin/publishers/new",
        f"/admin/publishers/{office.publisher_id}",
        "/admin/imports",
        f"/admin/imports/{office.import_id}",
        "/admin/weights",
        f"/admin/imports/jobs/{sent.mapping_id}/columns",
        f"/admin/imports/jobs/{sent.checked_id}",
        f"/admin/imports/jobs/{sent.due_id}",
        "/admin/audit?kind=changes",
        "/admin/account",
        "/admin/account/second-step",
        "/admin/confirm",
        "/admin/staff",
    ]


def enter(page: Page, url: str, owner: StaffLogin) -> None:
    page.goto(f"{url}/admin/login")
    page.get_by_label("E-mail address").fill(owner.email)
    page.get_by_label("Password").fill(owner.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/admin/")


def test_no_page_has_a_fault_that_axe_finds(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    office: Office,
    sent: Sent,
    owner: StaffLogin,
) -> None:
    """In the light all rules, in the dark and on a telephone those on looks, which is all that changes; each page first
    as the one before was left."""
    url, page = live_server(app).url, new_page()
    page.goto(f"{url}/admin/login")
    assert axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert appearance_violations(page) == []
    page.emulate_media(color_scheme="light")
    enter(page, url, owner)
    for path in _paths(office, sent):
        page.goto(url + path)
        page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        for width, scheme in both_looks(page):
            if path == "/admin/" and width == 390:
                page.locator(".admin-menu summary").click()
            violations = axe_violations(page) if scheme == "light" else appearance_violations(page)
            assert violations == [], f"{path} at {width}"
            assert overflows(page) == 0, f"{path} at {width}"
    assert faults == []


def _work(running: Runtime) -> None:
    with running.begin() as session:
        due = due_imports(session, running.clock.now(), grace=timedelta(0), limit=100)
    for job_id in due:
        import_work.run(running.begin, running.clock, job_id)


def test_a_file_is_imported_by_keyboard_with_and_without_script(
    app: Flask,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    faults: list[str],
    office: Office,
    running: Runtime,
    owner: StaffLogin,
    tmp_path: Path,
) -> None:
    header = "program_id,institution,name,credential,cip,source,verified_on"
    good, bad = "kb-1,Larkspur,Data,master,30.7001,Test,2026-11-01", "kb-2,Larkspur,Data,wizard,30.7001,Test,2026-11-01"
    listing = tmp_path / "mine.csv"
    listing.write_text(f"{header}\n{good}\n{bad}\n")
    url, page = live_server(app).url, new_page(javascript=False)
    enter(page, url, owner)
    page.goto(f"{url}/admin/imports")
    page.get_by_label("Listing file", exact=True).set_input_files(listing)
    page.get_by_label("Name of the source").fill("keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs/**")
    page.get_by_text("It waits for a worker.").wait_for()
    _work(running)
    page.get_by_text("wizard", exact=True).wait_for()  # the page looks again by itself, without script too
    page.get_by_role("button", name="Publish these changes").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Being published").wait_for()
    with_script = new_page()
    enter(with_script, url, owner)
    with_script.goto(page.url)
    _work(running)
    with_script.get_by_text("1 added, 0 changed, 0 withdrawn").wait_for()
    with_script.get_by_role("button", name="Undo this import").click()
    with_script.get_by_text("Being undone").wait_for()
    _work(running)
    with_script.get_by_text("The catalog says again what it said before this import.").wait_for()
    assert faults == []
