"""The real thing, as `make run` starts it, once for both: a student is erased, then one goes the whole way to a school.

Erased is erased: after all that a student can do, nothing of the person is left anywhere. The main job: form, ranked
list, mail, one signed lead, and staff who see every step.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.crash.partner import Partner
from tests.e2e.journey import Request, ask_for, fill_the_form
from tests.e2e.pages import LEADING_ON, ended_elsewhere, log_in
from tests.e2e.stack import STAFF, Stack, ready, running_stack
from tests.e2e.traces import (
    EMAIL,
    FORM,
    OPEN,
    PHONE,
    SCHOOLS,
    TRACES,
    confirm_the_new_address,
    correct,
    found,
    hanging,
    use_everything,
    wait_for,
    write_half_a_request,
)
from tests.factories.var import own_var
from tests.student.person import ANSWERS
from webapp.gateways.signature import new_secret

pytestmark = pytest.mark.browser

READER = "keyboard@student.example"
UNDO_SECONDS = 4
STEPS = ("Undo window", "Queued", "Delivering", "Delivered")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with (
        own_var() as var,
        running_stack(var, UNDO_WINDOW_SECONDS=str(UNDO_SECONDS), FORM_MIN_SECONDS="0") as made,
    ):
        yield made


@pytest.fixture
def partner() -> Iterator[Partner]:
    made = Partner()
    made.secret = new_secret()
    yield made
    made.close()


def test_nothing_is_left_of_an_erased_student(stack: Stack, new_page: Callable[..., Page]) -> None:
    page = new_page()
    results = fill_the_form(page, stack.url, FORM)
    use_everything(page, stack, results)
    mine = ask_for(
        page,
        Request(
            email=EMAIL,
            schools=SCHOOLS,
            channels=("email", "phone"),
            first_name="Quillon",
            last_name="Zarathwaite",
            phone=PHONE,
            answer="May I bring my wolverine?",
        ),
    )
    wait_for(page, "has your details and may contact you", times=OPEN)
    correct(page, mine)
    mine = confirm_the_new_address(page, stack)
    wait_for(page, "Its system was told", times=OPEN)
    write_half_a_request(page, results)
    assert set(found(stack)) >= {each for each in TRACES if "387" not in each}
    assert all(hanging(stack).values()), hanging(stack)

    page.goto(f"{mine}/erase")
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", level=1, name="Erased")).to_be_visible()
    wait_for(page, "It confirmed that it erased your details", times=OPEN)

    assert found(stack) == {}
    assert not any(hanging(stack).values()), hanging(stack)
    page.goto(f"{mine}/consents")
    expect(page.get_by_text("All records hold")).to_be_visible()
    assert "All hold" in stack.tool("consent", "verify", "--all")
    for path in ("/details", "/export", "/export.json", "/erase", "/link"):
        assert page.request.get(f"{mine}{path}").status == 404


def test_the_main_job(stack: Stack, partner: Partner, new_page: Callable[..., Page], faults: list[str]) -> None:
    stack.send_leads_to(partner.url, partner.secret)
    stack.tool("staff", "create", STAFF[0], "--password-stdin", said=f"{STAFF[1]}\n")
    assert ready(stack) == {"status": "ready", "database": "ok", "broker": "ok"}
    page = new_page()

    fill_the_form(page, stack.url, ANSWERS)
    assert page.locator('input[type="email"], input[type="tel"]').count() > 0  # asked for only beneath the list
    ask_for(page, Request(email=READER))
    asked_at = time.monotonic()

    _the_mail_is_in_the_inbox(page, stack, within=5 - (time.monotonic() - asked_at))
    _the_partner_has_exactly_one_signed_lead(partner, within=UNDO_SECONDS + 10)
    _staff_see_every_step(page, stack)
    assert faults == []
    # Elsewhere stand-ins answer for the broker and the workers: here every page opens on the real ones.
    assert ended_elsewhere(stack, page, new_page()) == LEADING_ON


def _the_mail_is_in_the_inbox(page: Page, stack: Stack, *, within: float) -> None:
    give_up = time.monotonic() + within
    page.goto(f"{stack.url}/dev/inbox")
    while page.get_by_text(READER).count() == 0:
        assert time.monotonic() < give_up, "no mail within 5 s"
        time.sleep(0.2)
        page.reload()
    assert page.get_by_text(READER).count() == 1
    page.get_by_role("link", name="matched programs").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="You asked to be introduced")).to_be_visible()
    expect(mail.get_by_role("heading", name="Why it fits").first).to_be_visible()


def _the_partner_has_exactly_one_signed_lead(partner: Partner, *, within: float) -> None:
    give_up = time.monotonic() + within
    while not partner.accepted:
        assert time.monotonic() < give_up, "the partner got nothing"
        time.sleep(0.1)
    time.sleep(4)  # a sweep and a relay later there is still only one
    assert list(partner.accepted.values()) == [1]
    assert partner.badly_signed == 0


def _staff_see_every_step(page: Page, stack: Stack) -> None:
    log_in(page, f"{stack.url}/admin/", *STAFF)
    page.goto(f"{stack.url}/admin/leads")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    page.wait_for_url("**/admin/leads/*")
    timeline = page.locator("main")
    for step in STEPS:
        expect(timeline.get_by_text(step, exact=False).first).to_be_visible()
