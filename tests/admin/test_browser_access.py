"""Getting in, in a real browser and by keyboard alone: the second step, a recovery code, another log-in ended."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update

from tests.browser import LiveServer, appearance_violations, axe_violations, both_looks, overflows
from tests.factories.staff import StaffLogin, make_staff
from webapp.bootstrap import Runtime
from webapp.domain.clock import FrozenClock
from webapp.domain.one_time_code import PERIOD_SECONDS, code_at
from webapp.models import StaffPolicy
from webapp.services.staff import COMMAND_LINE, require_second_step

pytestmark = pytest.mark.browser


@pytest.fixture
def newcomer(running: Runtime) -> Iterator[StaffLogin]:
    """Somebody of support who never logged in, where an owner asks a second step of everybody."""
    with running.begin() as session:
        login = make_staff(session, running.clock, "support")
        require_second_step(session, running.clock, required=True, by=COMMAND_LINE)
    yield login
    with running.begin() as session:
        session.execute(update(StaffPolicy).values(second_step_required=False))


def _tab_to(page: Page, name: str) -> None:
    """Move on by the Tab key until something of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement; return (e.labels && e.labels[0] || e).textContent.trim() }"
        )
        if told == name:
            return
    raise AssertionError(f"no {name} can be reached by keyboard on {page.url}")


def _write(page: Page, name: str, text: str) -> None:
    _tab_to(page, name)
    page.keyboard.type(text)


def _log_in(page: Page, url: str, login: StaffLogin) -> None:
    page.goto(f"{url}/admin/login")
    _write(page, "E-mail address", login.email)
    _write(page, "Password", login.password)
    page.keyboard.press("Enter")


def _looks_right(page: Page) -> None:
    for width, scheme in both_looks(page):
        found = axe_violations(page) if scheme == "light" else appearance_violations(page)
        assert found == [], f"{page.url} at {width}"
        assert overflows(page) == 0, f"{page.url} at {width}"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_the_first_log_in_a_recovery_code_and_ending_another_log_in(
    app: Flask,
    running: Runtime,
    clock: FrozenClock,
    live_server: Callable[[Flask], LiveServer],
    new_page: Callable[..., Page],
    newcomer: StaffLogin,
) -> None:
    url, first = live_server(app).url, new_page()
    _log_in(first, url, newcomer)
    first.wait_for_url(f"{url}/admin/account/second-step")
    _tab_to(first, "Show me the key")
    first.keyboard.press("Enter")
    first.wait_for_url("**/begin")
    secret = first.locator("code.digest").inner_text()
    _looks_right(first)
    _write(first, "Code", code_at(secret, int(clock.now().timestamp()) // PERIOD_SECONDS))
    first.keyboard.press("Enter")
    first.wait_for_url("**/confirm")
    codes = first.locator(".recovery code").all_inner_texts()
    assert len(codes) == 10
    _looks_right(first)
    _tab_to(first, "I have kept them")
    first.keyboard.press("Enter")
    first.wait_for_url(f"{url}/admin/account")

    second = first.context.browser.new_context().new_page()  # type: ignore[union-attr]  # it has a browser
    _log_in(second, url, newcomer)
    second.wait_for_url("**/admin/login/code**")
    assert axe_violations(second) == []
    _write(second, "Code", codes[0].replace("-", " "))
    second.keyboard.press("Enter")
    second.wait_for_url(f"{url}/admin/")
    assert "You have 9 left." in second.locator("main").inner_text()

    first.reload()
    assert first.get_by_role("row").filter(has_text="This one").count() == 1
    _looks_right(first)
    end = first.get_by_role("button", name=re.compile("^End ?:"))
    assert end.count() == 1
    end.focus()
    first.keyboard.press("Enter")
    first.get_by_text("That log-in has ended.").wait_for()
    second.goto(f"{url}/admin/leads")
    assert second.url.startswith(f"{url}/admin/login")
    second.context.close()
